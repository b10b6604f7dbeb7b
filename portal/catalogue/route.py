"""The procedure's steps as the graph that dossiers are moved by."""

from portal.catalogue.answers import Answers, facts_of
from portal.catalogue.conditions import holds
from portal.catalogue.definition import Definition
from portal.catalogue.steps import Step
from portal.workflow.graph import Graph, Node, build


def graph_of(definition: Definition, case: str) -> Graph:
    """Return the graph of one case, with the limits of that case. Conditions go by the code of their step."""
    return build(_node(step, case) for step in definition.steps)


def truths_of(definition: Definition, case: str, answers: Answers) -> dict[str, bool]:
    """Judge every condition of the graph for one dossier."""
    facts = facts_of(case, answers)
    return {step.code: holds(step.when, facts) for step in definition.steps if step.when is not None}


def step_of(definition: Definition, node: str) -> Step | None:
    """Return the step behind a node; None for a stop the graph put in by itself."""
    return next((step for step in definition.steps if step.code == node), None)


def _node(step: Step, case: str) -> Node:
    return Node(
        key=step.code,
        act=step.act,
        role=step.role,
        agency=step.agency,
        minutes=step.limit_by_case.get(case, step.limit).minutes,
        after=step.after,
        needs=step.needs,
        when=None if step.when is None else step.code,
        returns_to=step.returns_to,
        silence=step.silence,
        phase=step.phase,
    )
