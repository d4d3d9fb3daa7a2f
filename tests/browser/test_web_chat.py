"""The pages in a real browser: by keyboard, small, enlarged, without scripts, without a network."""

from __future__ import annotations

import pytest
from conftest import Site, Windows
from playwright.sync_api import Page, Route, expect
from talking import CODE

pytestmark = pytest.mark.browser

SMALLEST_TARGET_PIXELS = 44
SMALLEST_TYPE_PIXELS = 20

TARGETS = (
    "button, summary, select, textarea, a.button, a.line, a.brand, label.pick, input:not([type=hidden], [type=radio])"
)
BOXES = """elements => elements
  .filter(element => element.getClientRects().length)
  .map(element => [element.outerHTML.slice(0, 80), element.getBoundingClientRect().height])"""
TYPE_SIZES = """() => [...document.querySelectorAll('body *')]
  .filter(element => element.getClientRects().length)
  .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(element => [element.outerHTML.slice(0, 80), parseFloat(getComputedStyle(element).fontSize)])"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def start(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/talk")
    page.get_by_label("Keighley Home Support").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Would you like to take part?")).to_be_visible()


def start_with_script(page: Page, site: Site) -> None:
    start(page, site)
    expect(page.get_by_text("Enter sends your answer.")).to_be_visible()


def write(page: Page, words: str) -> None:
    page.get_by_label("Write your answer").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()


def tab_to(page: Page, what: str) -> None:
    """Presses Tab until something of that name has the focus, as a person without a mouse does."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement;"
            " return (e.labels?.[0] || e).textContent.trim().replace(/\\s+/g, ' '); }"
        )
        if focused == what:
            return
    raise AssertionError(f"The keyboard never reached: {what}")


def test_a_whole_talk_by_keyboard_alone(windows: Windows, site: Site) -> None:
    page = windows.open()
    page.goto(f"{site.url}/talk")
    tab_to(page, "Keighley Home Support")
    page.keyboard.press("Space")
    tab_to(page, "Start")
    page.keyboard.press("Enter")
    expect(page.get_by_text(CODE)).to_be_visible()
    expect(page.get_by_text("Enter sends your answer.")).to_be_visible()
    tab_to(page, "Yes")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What would you like to talk about?")).to_be_visible()
    expect(page.get_by_label("Write your answer")).to_be_focused()
    page.keyboard.type("Meals")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What matters most to you about the meals?")).to_be_visible()
    page.keyboard.type("They come at four.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("I am not hungry.")
    tab_to(page, "Send")
    page.keyboard.press("Space")
    expect(page.get_by_text("How many for the time of the tea call?")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Is that right?")).to_be_visible()
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you for your time")).to_be_visible()
    said = [turn.text for turn in site.handler.turns]
    assert said == ["Yes", "Meals", "They come at four.\nI am not hungry.", "10", "right"]
    tab_to(page, "Finish and clear this screen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Start a new talk")).to_be_visible()


def test_the_first_tab_skips_to_the_main_part(windows: Windows, site: Site) -> None:
    page = windows.open()
    page.goto(f"{site.url}/talk")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_without_scripts_all_of_it_works(windows: Windows, site: Site) -> None:
    page = windows.open(java_script_enabled=False)
    start(page, site)
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name="Meals").click()
    write(page, "They come at four")
    page.get_by_role("button", name="7", exact=True).click()
    page.get_by_role("button", name="That is right").click()
    expect(page.get_by_role("heading", name="Thank you for your time")).to_be_visible()
    assert [turn.text for turn in site.handler.turns] == ["Yes", "Meals", "They come at four", "7", "That is right"]
    assert "four" not in page.url


@pytest.mark.parametrize(("width", "type_size"), [(320, ""), (640, "250%")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_and_enlarged_pages_never_scroll_sideways(
    windows: Windows, site: Site, width: int, type_size: str, scheme: str
) -> None:
    page = windows.open(width=width, color_scheme=scheme)
    visited = 0
    for path in ("/", "/talk", "/provider", "/provider/themes/punctuality_and_missed_visits", "/nope", "talk", "end"):
        if path == "talk":
            start(page, site)
            write(page, "W" * 200)
            expect(page.get_by_role("button", name="Something else")).to_be_visible()
        elif path == "end":
            page.get_by_role("button", name="Stop", exact=True).click()
            expect(page.get_by_role("heading", name="Thank you for your time")).to_be_visible()
        else:
            page.goto(site.url + path)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", type_size)
        scrolled, shown = page.evaluate(WIDTHS)
        assert scrolled <= shown, path
        visited += 1
    assert visited == 7


def test_type_is_big_and_targets_are_easy_to_hit(windows: Windows, site: Site) -> None:
    page = windows.open(width=320)
    seen = 0
    for path in ("/", "/provider", "/talk", "talk"):
        if path == "talk":
            start(page, site)
            page.get_by_text("Typing for somebody else?").click()
        else:
            page.goto(site.url + path)
        boxes = page.locator(TARGETS).evaluate_all(BOXES)
        assert [box for box in boxes if box[1] < SMALLEST_TARGET_PIXELS] == []
        sizes = page.evaluate(TYPE_SIZES)
        assert [size for size in sizes if size[1] < SMALLEST_TYPE_PIXELS] == []
        seen += len(boxes)
    assert seen > 20


def test_a_double_press_sends_once(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    page.get_by_label("Write your answer").fill("Yes please")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.get_by_text("What would you like to talk about?")).to_be_visible()
    assert [turn.text for turn in site.handler.turns] == ["Yes please"]


def test_words_survive_a_lost_answer_and_count_once(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data or "")
        route.fetch()  # it arrives, but the answer does not come back
        route.abort()

    page.route("**/talk/say", lose_the_first)
    write(page, "It is cold by noon")
    expect(page.get_by_text("What would you like to talk about?")).to_be_visible()
    assert [turn.text for turn in site.handler.turns] == ["It is cold by noon"]
    expect(page.locator("#messages").get_by_text("It is cold by noon")).to_have_count(1)
    assert len(lost) == 1


def test_words_wait_until_the_network_is_back(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    page.context.set_offline(True)
    write(page, "The bread is hard")
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.get_by_label("Write your answer")).to_have_value("The bread is hard")
    page.context.set_offline(False)
    expect(page.get_by_text("What would you like to talk about?")).to_be_visible()
    expect(page.get_by_label("Write your answer")).to_have_value("")
    assert [turn.text for turn in site.handler.turns] == ["The bread is hard"]


def test_a_draft_survives_a_reload_and_goes_with_the_visit(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    page.get_by_label("Write your answer").fill("I was going to say")
    page.reload()
    expect(page.get_by_label("Write your answer")).to_have_value("I was going to say")
    page.get_by_role("button", name="Say that again").click()
    expect(page.get_by_text("Would you like to take part?")).to_have_count(2)
    expect(page.get_by_label("Write your answer")).to_have_value("I was going to say")
    page.get_by_role("button", name="Leave and clear this screen").click()
    expect(page.get_by_role("heading", name="Start a new talk")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_fault_keeps_the_words(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    site.handler.failures.append(RuntimeError("broken"))
    write(page, "They rush me")
    expect(page.get_by_role("status")).to_contain_text("Something went wrong.")
    expect(page.get_by_label("Write your answer")).to_have_value("They rush me")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("What would you like to talk about?")).to_be_visible()
    assert [turn.text for turn in site.handler.turns] == ["They rush me"]


def test_what_is_said_is_never_run(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    write(page, evil)
    expect(page.locator("#messages").get_by_text(evil)).to_be_visible()
    page.reload()
    expect(page.locator("#messages").get_by_text(evil)).to_be_visible()
    assert page.title() == "Your talk - Sayso"


def test_new_words_are_announced_and_nothing_else_is_repeated(windows: Windows, site: Site) -> None:
    page = windows.open()
    start_with_script(page, site)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    before = log.locator("li").first.element_handle()
    page.get_by_role("button", name="Yes").click()
    expect(log.locator("li")).to_have_count(3)
    assert before is not None
    assert before.evaluate("element => element.isConnected")


@pytest.mark.parametrize("words", ["Yes", "I have a lot to say. " * 60])
def test_the_next_question_is_in_view(windows: Windows, site: Site, words: str) -> None:
    page = windows.open(width=360, height=640)
    start_with_script(page, site)
    write(page, words)
    expect(page.locator("#latest")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Write your answer")).to_be_focused()


def test_the_provider_table_stays_a_table_when_narrow(windows: Windows, site: Site) -> None:
    page = windows.open(width=320)
    page.goto(f"{site.url}/provider")
    row = page.get_by_role("row", name="Visits that come late or not at all")
    expect(row.get_by_role("cell").first).to_have_text("23")
    expect(page.get_by_text("Sample data: invented people.")).to_be_visible()
