"""The circuit page as a user meets it: a drawing, numbers, tools."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

QUANTITIES = ("task_loss", "accuracy", "logit_difference")


class CircuitPage:
    """A page of a circuit in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator("cx-number-panel > section, cx-number-panel section")
        self.loss = self.value("task_loss")

    def value(self, quantity: str) -> Locator:
        """The large number of a quantity."""
        return self.page.locator(f"cx-number-panel [data-quantity={quantity}] output")

    def settle(self) -> None:
        """Waits until the drawing is there and the numbers are those of the state."""
        expect(self.page.locator("cx-circuit-graph")).to_be_attached()
        expect(self.loss).to_have_text(re.compile(r"\d"))
        expect(self.panel).to_have_attribute("aria-busy", "false")

    def numbers(self) -> dict[str, str]:
        """All numbers of the panel as text, once they are those of the state."""
        self.settle()
        found = {name: self.value(name).inner_text() for name in QUANTITIES}
        for row in self.panel.locator("tbody tr").all():
            cells = row.locator("th, td").all_inner_texts()
            found[cells[0].strip()] = " ".join(cells[1:])
        return found

    def ablated(self) -> list[str]:
        """The ablated nodes, as the drawing shows them."""
        found = self.page.locator("cx-circuit-graph").evaluate("(graph) => [...graph.ablated]")
        return sorted(found)

    def place(self, name: str) -> dict[str, float]:
        """Where the centre of a node or of an edge is on the page, once it is drawn."""
        return self._wait("([graph, name]) => graph.nodePosition(name)", name)

    def places(self, nodes: list[str]) -> list[Any]:
        """Where nodes are on the page."""
        return [self.place(node) for node in nodes]

    def hides(self, name: str) -> None:
        """Waits until a node or an edge is nowhere in the drawing."""
        self._wait("([graph, name]) => graph.nodePosition(name) === null", name)

    def click(self, name: str) -> None:
        """Clicks a node or an edge on the canvas."""
        place = self.place(name)
        self.page.mouse.click(place["x"], place["y"])

    def _wait(self, holds: str, name: str) -> Any:
        graph = self.page.locator("cx-circuit-graph").element_handle()
        return self.page.wait_for_function(holds, arg=[graph, name]).json_value()

    def view(self, name: str) -> None:
        """Goes to the graph, the tables, the sizes or the report."""
        self.page.locator("cx-circuit-toolbar").get_by_text(name, exact=True).click()

    def choose(self, group: str, choice: str) -> None:
        """Takes a choice of a group of radio buttons, as a user does: by its label."""
        self.page.get_by_role("group", name=group).get_by_text(choice, exact=True).click()

    def button(self, name: str) -> Locator:
        """A button by its exact name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def share(self) -> str:
        """Presses Share; the address it copied."""
        self.button("Share").click()
        expect(self.button("Link copied")).to_be_visible()
        return self.page.evaluate("navigator.clipboard.readText()")
