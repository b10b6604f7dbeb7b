"""What the officers do, each through the pages of the desk: accept, work the steps, ask, sign, number, issue."""

from portal.workflow.lifecycle import Role
from tests.fixtures.workers import until
from tests.journeys.browserlike import NotOnThePage, Page, Visitor
from tests.journeys.town import Town

MOST_STEPS = 60
OPEN_STEPS = """
    SELECT s.node_key, s.role, s.post_id, a.key AS agency, d.state
    FROM dossier_steps s JOIN dossiers d ON d.id = s.dossier_id LEFT JOIN agencies a ON a.id = s.agency_id
    WHERE d.code = %s AND s.closed_at IS NULL ORDER BY s.node_key"""
Step = dict[str, object]


def state_of(town: Town, code: str) -> str:
    (row,) = town.rows("SELECT state FROM dossiers WHERE code = %s", code)
    return str(row["state"])


def open_in_queue(visitor: Visitor, code: str) -> Page:
    """The dossier, found in one of the officer's tabs and opened by its link."""
    page = visitor.get("/desk")
    tabs = dict.fromkeys(address for _, address in page.links() if "/desk?tab=" in address)
    for address in (page.url, *tabs):
        page = visitor.get(address)
        if any(found.endswith(f"/desk/{code}") for _, found in page.links()):
            return page.follow(part=f"/desk/{code}")
    raise NotOnThePage(f"{code} is in none of the tabs {list(tabs)}")


def accept(town: Town, code: str) -> None:
    """The one-stop officer accepts; Form 01 is there soon after."""
    open_in_queue(town.one_stop(), code).form(action="/accept").submit()
    assert state_of(town, code) in {"accepted", "in_progress"}


def steps_in_hand(town: Town, code: str) -> list[Step]:
    """The open steps, once the router has given each of them to somebody."""
    until(lambda: all(row["post_id"] for row in town.rows(OPEN_STEPS, code)), why=town.said)
    return town.rows(OPEN_STEPS, code)


def officer_of(town: Town, step: Step) -> Visitor:
    return town.officer(str(step["agency"]), Role(str(step["role"])))


def work_through(town: Town, code: str, *, until_role: Role | None = None) -> list[str]:
    """Do step after step, each by its officer, until it is settled or somebody of `until_role` has it."""
    done: list[str] = []
    for _ in range(MOST_STEPS):
        if state_of(town, code) == "settled":
            return done
        step = steps_in_hand(town, code)[0]
        if until_role is not None and step["role"] == until_role.value:
            return done
        do(town, code, step)
        done.append(str(step["node_key"]))
    raise AssertionError(f"{code} is never settled: {done}")


def do(town: Town, code: str, step: Step) -> None:
    """One step as its officer does it: an opinion, a check, an approval, a signature, a number, the issue."""
    page, node = open_in_queue(officer_of(town, step), code), str(step["node_key"])
    if any(f"/sign/{node}" in address for _, address in page.links()):
        sign(town, page, node, email=town.officers[str(step["agency"]), Role(str(step["role"]))])
        return
    for act in ("number", "issue"):
        if page.has_form(action=f"/steps/{node}/{act}"):
            page.form(action=f"/steps/{node}/{act}").submit()
            return
    form = page.form(action=f"/steps/{node}/complete")
    names = [box.get("name") or "" for box in form.boxes()]
    for name in names:
        if name.endswith("-note"):
            form.fill(name, "Đã đối chiếu hồ sơ, đủ điều kiện.")
        if name.endswith("-conclusion"):
            offered = [box.get("value") for box in form.boxes(name)]
            form.fill(name, "agree" if "agree" in offered else "grant")
    form.submit()


def sign(town: Town, page: Page, node: str, *, email: str) -> None:
    """The leader shows the second factor again, reads the decision and signs it."""
    page = page.follow(part=f"/sign/{node}")
    if page.path.startswith("/step-up"):
        page = town.step_up(email, page)
    assert f"/sign/{node}" in page.path, page.words()
    page.form(having="outcome").fill("outcome", "granted").submit()


def ask_for_a_better_copy(town: Town, code: str, document: str) -> None:
    """The specialist marks one document wrong; the head approves and sends the request."""
    (step,) = steps_in_hand(town, code)
    assert step["role"] == Role.SPECIALIST.value
    form = open_in_queue(officer_of(town, step), code).form(action="/supplement", having=f"tick.document.{document}")
    form.fill(f"tick.document.{document}", "wrong").fill(f"stock.document.{document}", "unreadable").submit()
    assert state_of(town, code) == "in_progress"
    open_in_queue(town.officer(str(step["agency"]), Role.HEAD), code).form(action="/supplement/send").submit()
    assert state_of(town, code) == "supplement_requested"
