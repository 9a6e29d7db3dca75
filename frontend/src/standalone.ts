/** A circuit that was opened from disk: draws the graph that lies in the page, and asks nobody. */
import "./styles/page.css";
import "./styles/standalone.css";
import type { CircuitGraph } from "./api/types";
import { CircuitGraphElement } from "./elements/circuit_graph";
import { PLAIN, fold } from "./state/look";

function draw(place: Element, graph: CircuitGraph): void {
  const drawing = new CircuitGraphElement();
  drawing.graph = graph;
  const select = (event: Event): void => {
    drawing.selection = (event as CustomEvent<string>).detail;
  };
  drawing.addEventListener("select-node", select);
  drawing.addEventListener("select-edge", select);
  drawing.addEventListener("fold-part", (event) => {
    const name = (event as CustomEvent<string>).detail;
    drawing.folded = fold(
      { ...PLAIN, folded: drawing.folded },
      [name],
      !drawing.folded.has(name),
    ).folded;
  });
  place.append(drawing);
}

const place = document.getElementById("drawing");
const graph = document.getElementById("graph")?.textContent;
if (place && graph) draw(place, JSON.parse(graph) as CircuitGraph);
