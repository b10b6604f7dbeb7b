"""The route of a leaflet as a picture, in the reader's words."""

from portal.catalogue.leaflet import Leaflet
from portal.catalogue.limit_words import limit_words
from portal.catalogue.route_picture import Picture, Station, draw
from portal.catalogue.step_words import who_does
from portal.foundation.formats import Language


def drawn(leaflet: Leaflet, language: Language) -> Picture:
    """Draw the steps of one case."""
    return draw(
        [
            Station(
                code=way.step.code,
                number=way.number,
                name=way.step.name.words(language),
                who=who_does(way.step.role, way.agency),
                limit=limit_words(way.amount, way.unit) if way.amount else "",
                after=way.after,
                conditional=way.conditional,
            )
            for way in leaflet.ways
        ]
    )
