"""Several nodes at once, values of one's own, effects, the history in words, pairs at a glance."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.e2e.application import Application
from tests.e2e.circuit_page import CircuitPage
from tests.e2e.conftest import Visitor


def chosen(circuit: CircuitPage) -> set[str]:
    """The nodes chosen together, as the address has them."""
    found = parse_qs(urlsplit(circuit.page.url).query).get("chosen", [""])[0]
    return set(filter(None, found.split(",")))


def draw_around(circuit: CircuitPage, nodes: list[str]) -> None:
    """Drags a line around nodes with Shift held."""
    places = circuit.places(nodes)
    xs, ys = ([place[axis] for place in places] for axis in "xy")
    left, right, top, bottom = min(xs) - 25, max(xs) + 25, min(ys) - 18, max(ys) + 18
    page = circuit.page
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")


def test_nodes_are_chosen_and_changed_together(
    application: Application, slug: str, circuit: CircuitPage, nodes: list[str]
) -> None:
    page, before = circuit.page, circuit.numbers()
    draw_around(circuit, nodes)
    expect(page).to_have_url(re.compile("chosen="))
    assert chosen(circuit) == set(nodes)
    # With Shift a click lets one go, and ablates nothing.
    place = circuit.place(nodes[0])
    page.keyboard.down("Shift")
    page.mouse.click(place["x"], place["y"])
    page.keyboard.up("Shift")
    expect(page.locator("summary", has_text="Chosen nodes")).to_contain_text(f"({len(nodes) - 1})")
    assert circuit.ablated() == []
    circuit.button("Keep only").click()
    circuit.settle()
    assert circuit.ablated() == [nodes[0]]
    circuit.button("Invert").click()
    circuit.settle()
    assert circuit.ablated() == sorted(nodes)
    circuit.button("Restore").click()
    circuit.settle()
    assert circuit.ablated() == [nodes[0]]
    circuit.button("Reset").click()
    expect(circuit.loss).to_have_text(before["task_loss"])

    number = page.get_by_role("textbox", name="Value")
    number.fill("much")
    circuit.button("Rescale by").click()
    expect(page.get_by_role("alert")).to_contain_text("“much” is no number")
    number.fill("0")
    circuit.button("Set to").click()
    circuit.settle()
    asked = {"constants": dict.fromkeys(chosen(circuit), 0)}
    said = application.post(f"/api/circuits/{slug}/evaluate", asked)["numbers"]
    expect(circuit.loss).to_have_text(f"{said['task_loss']['value']:.3f}")
    assert circuit.ablated() == []
    page.reload()
    circuit.settle()
    expect(circuit.loss).to_have_text(f"{said['task_loss']['value']:.3f}")
    circuit.button("Own value").click()
    expect(circuit.loss).to_have_text(before["task_loss"])


def test_the_joint_effect_stands_beside_the_sum(circuit: CircuitPage, nodes: list[str]) -> None:
    draw_around(circuit, nodes)
    circuit.button("Measure joint effect").click()
    panel = circuit.page.locator("cx-joint-effect")
    expect(panel).to_contain_text(
        re.compile(r"together\s+[+−±][\d.]+,\s+sum of the single ones\s+[+−±]")
    )
    pairs = len(nodes) * (len(nodes) - 1) // 2
    expect(panel.locator("tbody tr")).to_have_count(min(10, pairs))


def test_each_node_has_a_bar_of_its_effect(
    application: Application, slug: str, circuit: CircuitPage, nodes: list[str]
) -> None:
    page = circuit.page
    page.locator("summary", has_text="Effect of each node").click()
    circuit.button(f"Measure {len(nodes)} nodes").click()
    bars = page.get_by_role("list", name="Effects of single nodes").get_by_role("listitem")
    expect(circuit.button("Measure again")).to_be_visible()
    expect(bars).to_have_count(len(nodes))
    parts = [[node] for node in nodes]
    said = application.post(f"/api/circuits/{slug}/effects", {"parts": parts})["parts"]
    largest = max(said, key=lambda part: part["loss_change"]["value"])
    expect(bars.first).to_contain_text(largest["nodes"][0])
    expect(bars.first).to_contain_text(f"+{largest['loss_change']['value']:.3f}")
    bars.first.get_by_role("button").click()
    expect(page).to_have_url(re.compile(f"select={re.escape(largest['nodes'][0])}"))
    # Under another intervention they are said to be old.
    circuit.choose("Ablate by", "paired")
    expect(page.get_by_text("These are of another intervention")).to_be_visible()


def test_the_history_is_told_in_words_and_walked(circuit: CircuitPage, nodes: list[str]) -> None:
    page, before = circuit.page, circuit.numbers()
    circuit.click(nodes[0])
    circuit.settle()
    circuit.choose("Mode", "whole model")
    circuit.settle()
    circuit.button("History").click()
    steps = page.get_by_role("group", name="Steps").get_by_role("listitem")
    expect(steps).to_have_text(["mode: whole model", f"ablate {nodes[0]}", "as it was opened"])
    circuit.button("as it was opened").click()
    expect(circuit.loss).to_have_text(before["task_loss"])
    assert circuit.ablated() == []
    circuit.button("History").click()
    circuit.button(f"ablate {nodes[0]}").click()
    circuit.settle()
    assert circuit.ablated() == [nodes[0]]


def test_a_pair_of_the_strip_is_opened(circuit: CircuitPage) -> None:
    page = circuit.page
    strip = page.get_by_role("slider", name="Pairs, worst first")
    strip.press("Home")
    strip.press("End")
    listed = page.locator("cx-pair-list li")
    expect(listed).to_have_count(1)
    expect(page.locator("cx-pair-list")).to_contain_text("100 of 100, worst first")
    number = strip.get_attribute("aria-valuetext") or ""
    expect(listed).to_contain_text(number.split(",")[0])
    circuit.button("The worst pairs").click()
    expect(listed).to_have_count(4)


def test_a_group_is_drawn_as_one_by_mouse_and_key_and_chosen_as_a_whole(
    application: Application, slug: str, visit: Visitor
) -> None:
    circuit = CircuitPage(visit(application, f"/circuits/{slug}").page)
    circuit.settle()
    page = circuit.page
    groups = page.locator("cx-group-list")
    members = groups.locator(".members code").all_inner_texts()
    one = groups.get_by_role("button", name="Draw as one")
    one.click()
    expect(one).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("folded=group:"))
    page.reload()
    circuit.settle()
    expect(one).to_have_attribute("aria-pressed", "true")
    groups.locator(".members button").first.click()
    page.locator("cx-circuit-graph .canvas").press("g")
    expect(one).to_have_attribute("aria-pressed", "false")
    groups.get_by_role("button", name="Choose its nodes").click()
    assert chosen(circuit) == set(members)
