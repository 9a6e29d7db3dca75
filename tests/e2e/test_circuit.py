"""Taking apart a circuit that comes with the program."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.application import CHECKPOINT, TASK, Application
from tests.e2e.circuit_page import QUANTITIES, CircuitPage
from tests.e2e.conftest import Visitor

MODES = {
    "circuit alone": "circuit",
    "circuit ablated": "circuit_ablated",
    "whole model": "model",
}
VALUES = {"mean": "mean", "zero": "zero", "resampled": "resample", "paired": "paired"}


def query(page: Page) -> dict[str, list[str]]:
    """The state in the address bar."""
    return parse_qs(urlsplit(page.url).query)


def test_the_overview_opens_it(application: Application, slug: str, visit: Visitor) -> None:
    page = visit(application).page
    page.get_by_role("link", name=re.compile(rf"in {CHECKPOINT}: .*task loss")).and_(
        page.locator(f"[href='/circuits/{slug}']")
    ).click()
    circuit = CircuitPage(page)
    circuit.settle()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TASK)


def test_numbers_say_what_they_are_read_against(
    application: Application, slug: str, circuit: CircuitPage
) -> None:
    said = application.post(f"/api/circuits/{slug}/evaluate", {})
    shown = circuit.numbers()
    assert float(shown["task_loss"]) == pytest.approx(
        said["numbers"]["task_loss"]["value"], abs=1e-3
    )
    for name in QUANTITIES:
        interval = circuit.panel.locator(f"[data-quantity={name}] .interval").inner_text()
        low, high = (float(end.strip(" %").replace("−", "-")) for end in interval.split("to"))
        value = float(shown[name].strip(" %").replace("−", "-"))
        assert low <= value <= high
    for row in ("now", "untouched", "whole model", "everything ablated", "chance"):
        loss, accuracy, difference = shown[row].split(" ")
        assert float(loss) >= 0
        assert 0 <= float(accuracy.removesuffix("%")) <= 100
        assert float(difference.replace("−", "-")) >= 0
    assert shown["chance"].startswith("0.693")
    assert shown["now"] == shown["untouched"]
    assert float(shown["whole model"].split()[0]) < float(shown["now"].split()[0])
    assert float(shown["everything ablated"].split()[0]) > float(shown["now"].split()[0])
    expect(circuit.panel.locator(".foot")).to_contain_text(f"n = {said['n']} pairs")
    expect(circuit.panel.locator(".foot")).to_contain_text(f"{said['kept_nodes']} nodes kept")


def test_modes_and_values_answer_differently(
    application: Application, slug: str, circuit: CircuitPage
) -> None:
    seen = set()
    for mode_words, mode in MODES.items():
        circuit.choose("Mode", mode_words)
        for value_words, value in VALUES.items():
            circuit.choose("Ablate by", value_words)
            expect(circuit.panel.locator("thead th").first).to_have_text(
                f"{mode_words}, {value_words}"
            )
            said = application.post(
                f"/api/circuits/{slug}/evaluate",
                {"mode": mode, "value": value, "references": False},
            )["numbers"]["task_loss"]["value"]
            shown = circuit.numbers()["task_loss"]
            assert float(shown) == pytest.approx(said, abs=6e-4), (mode, value)
            state = query(circuit.page)
            assert state.get("mode", ["circuit"]) == [mode]
            assert state.get("value", ["mean"]) == [value]
            seen.add((mode, shown))
    # The whole model ablates nothing, by whatever value.
    assert len([loss for mode, loss in seen if mode == "model"]) == 1
    assert len(seen) >= 5


def test_undo_redo_and_reset_by_keyboard(circuit: CircuitPage, nodes: list[str]) -> None:
    page = circuit.page
    losses = [circuit.numbers()["task_loss"]]
    for node in nodes[:2]:
        circuit.click(node)
        expect(page).to_have_url(re.compile(re.escape(node)))
        losses.append(circuit.numbers()["task_loss"])
    assert circuit.ablated() == sorted(nodes[:2])
    for key, ablated in (
        ("Control+z", nodes[:1]),
        ("Control+z", []),
        ("Control+Shift+z", nodes[:1]),
        ("Control+y", nodes[:2]),
    ):
        page.keyboard.press(key)
        expect(circuit.loss).to_have_text(losses[len(ablated)])
        circuit.settle()
        assert circuit.ablated() == sorted(ablated), key
    expect(circuit.button("Redo")).to_be_disabled()
    page.keyboard.press("r")
    expect(circuit.loss).to_have_text(losses[0])
    assert circuit.ablated() == []
    # A reset is a step like any other.
    page.keyboard.press("Control+z")
    expect(circuit.loss).to_have_text(losses[2])
    assert circuit.ablated() == sorted(nodes[:2])


def test_the_browsers_back_takes_a_step_back(circuit: CircuitPage, nodes: list[str]) -> None:
    before = circuit.numbers()
    circuit.click(nodes[0])
    expect(circuit.button("Undo")).to_be_enabled()
    after = circuit.numbers()
    assert after != before
    circuit.page.go_back()
    expect(circuit.loss).to_have_text(before["task_loss"])
    assert circuit.numbers() == before
    assert circuit.ablated() == []
    circuit.page.go_forward()
    expect(circuit.loss).to_have_text(after["task_loss"])
    assert circuit.ablated() == [nodes[0]]


def test_nothing_moves_when_a_node_is_ablated(circuit: CircuitPage, nodes: list[str]) -> None:
    layout = """() => ["cx-circuit-heading", "cx-circuit-toolbar", "cx-graph-stage",
        "cx-number-panel", "cx-pair-choice"].map((name) => {
          const page = document.querySelector("cx-circuit-page").shadowRoot;
          const side = page.querySelector("cx-circuit-side").shadowRoot;
          const element = page.querySelector(name) ?? side.querySelector(name);
          const { x, y, width } = element.getBoundingClientRect();
          return { name, x, y, width };
        })"""
    places, boxes = circuit.places(nodes), circuit.page.evaluate(layout)
    assert None not in places
    for node in (nodes[0], nodes[-1]):
        circuit.click(node)
        circuit.settle()
        assert circuit.places(nodes) == places
        assert circuit.page.evaluate(layout) == boxes
    assert circuit.ablated() == sorted({nodes[0], nodes[-1]})


def test_a_node_is_named_while_the_mouse_is_on_it(circuit: CircuitPage, nodes: list[str]) -> None:
    page = circuit.page
    named = page.locator("cx-circuit-graph .hover")
    place = circuit.place(nodes[0])
    for _ in range(2):
        page.mouse.move(place["x"] + 1, place["y"])
        page.mouse.move(place["x"], place["y"])
        expect(named).to_contain_text(nodes[0])
        page.mouse.move(0, 0)
        expect(named).to_be_hidden()


def test_a_click_frames_the_node_and_a_key_the_drawing(
    circuit: CircuitPage, nodes: list[str]
) -> None:
    canvas = circuit.page.locator("cx-circuit-graph .canvas")
    circuit.click(nodes[0])
    expect(canvas).to_be_focused()
    expect(canvas).to_have_css("outline-style", "none")
    circuit.page.keyboard.press("ArrowRight")
    expect(canvas).to_have_css("outline-style", "solid")


def test_the_table_toggles_the_same_nodes(
    application: Application, slug: str, circuit: CircuitPage, nodes: list[str], visit: Visitor
) -> None:
    circuit.click(nodes[1])
    expect(circuit.page).to_have_url(re.compile("ablated="))
    on_graph = circuit.numbers()
    other = CircuitPage(visit(application, f"/circuits/{slug}").page)
    other.settle()
    other.page.keyboard.press("t")
    table = other.page.get_by_role("table").filter(has_text="Edges out")
    expect(table.get_by_role("checkbox")).to_have_count(len(nodes))
    table.get_by_role("checkbox", name=f"Keep {nodes[1]}", exact=True).uncheck()
    expect(other.loss).to_have_text(on_graph["task_loss"])
    assert other.numbers() == on_graph
    other.page.keyboard.press("t")
    expect(other.page.locator("cx-circuit-graph")).to_be_visible()
    assert other.ablated() == circuit.ablated() == [nodes[1]]


def test_nodes_are_reached_and_toggled_by_keyboard_alone(
    circuit: CircuitPage, nodes: list[str]
) -> None:
    page = circuit.page
    before = circuit.numbers()
    canvas = page.locator("cx-circuit-graph .canvas")
    for _ in range(60):
        page.keyboard.press("Tab")
        if canvas.evaluate("(canvas) => canvas.getRootNode().activeElement === canvas"):
            break
    expect(canvas).to_be_focused()
    said = page.locator("cx-circuit-graph #now")
    reached = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        expect(said).to_contain_text("kept")
        reached.add(query(page)["select"][0])
    assert len(reached) >= 3
    assert reached <= set(nodes)
    node = query(page)["select"][0]
    page.keyboard.press("Enter")
    expect(said).to_contain_text("ablated")
    expect(circuit.loss).not_to_have_text(before["task_loss"])
    assert circuit.ablated() == [node]
    page.keyboard.press("Enter")
    expect(circuit.loss).to_have_text(before["task_loss"])
    assert circuit.numbers() == before


def test_a_prompt_has_next_tokens(circuit: CircuitPage, nodes: list[str]) -> None:
    page = circuit.page
    page.locator("summary", has_text="Prompt").click()
    page.get_by_role("textbox", name="Prompt").fill("with open(name) as")
    circuit.button("Predict").click()
    box = page.locator("cx-prompt-box")
    titles = ["Now", "circuit alone", "circuit ablated", "whole model"]
    expect(box.get_by_role("heading", level=3)).to_have_text(titles)
    columns = box.locator(".columns > div")
    for column in columns.all():
        tokens = column.get_by_role("list").first.get_by_role("listitem")
        expect(tokens).to_have_count(6)
        chances = [float(text.split("\n")[-1].rstrip(" %")) for text in tokens.all_inner_texts()]
        assert chances == sorted(chances, reverse=True)
        assert 0 < sum(chances) <= 100.5
        expect(column).to_contain_text("the task's answers")
    assert query(page)["prompt"] == ["with open(name) as"]
    # However much stands beside the drawing, the page itself does not grow beyond the window.
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    # Its nodes at work on it: one at a time, now and in the whole model.
    trace = page.locator("cx-prompt-trace")
    trace.get_by_role("combobox").select_option(nodes[0])
    for title in ("Now", "Whole model"):
        expect(trace.get_by_role("heading", name=re.compile(title))).to_contain_text("last token")
    expect(trace.locator("cx-token-strip").first).to_contain_text("open")
    # Untouched, what is shown now is what its mode shows.
    for mode, place in (("circuit alone", 1), ("whole model", 3)):
        circuit.choose("Mode", mode)
        expect(box.locator(".columns")).to_have_attribute("aria-busy", "false")
        now, same = (columns.nth(each).get_by_role("listitem") for each in (0, place))
        expect(now).to_have_text(same.all_inner_texts(), use_inner_text=True)


def test_a_long_state_is_shared_by_a_short_address(
    application: Application, slug: str, visit: Visitor
) -> None:
    restored = ",".join(f"{layer}.mlp.post_act.{i}" for layer in (0, 1) for i in range(1000))
    state = f"ablated=0.attn.act_in.147&restored={restored}"
    first = CircuitPage(visit(application, f"/circuits/{slug}#{state}").page)
    untouched = CircuitPage(visit(application, f"/circuits/{slug}").page).numbers()
    numbers = first.numbers()
    assert numbers["task_loss"] != untouched["task_loss"]
    address = first.share()
    assert re.fullmatch(rf"{application.url}/circuits/{slug}\?s=[\w-]+", address)
    second = CircuitPage(visit(application, address).page)
    assert second.numbers() == numbers
    assert second.ablated() == first.ablated()
