/** A circuit that was opened from disk: draws the graph that lies in the page, and asks nobody. */
import "./styles/page.css";
import "./styles/standalone.css";
import type { CircuitGraph } from "./api/types";
import { CircuitGraphElement } from "./elements/circuit_graph";

function draw(place: Element, graph: CircuitGraph): void {
  const drawing = new CircuitGraphElement();
  drawing.graph = graph;
  const select = (event: Event): void => {
    drawing.selection = (event as CustomEvent<string>).detail;
  };
  drawing.addEventListener("select-node", select);
  drawing.addEventListener("select-edge", select);
  place.append(drawing);
}

const place = document.getElementById("drawing");
const graph = document.getElementById("graph")?.textContent;
if (place && graph) draw(place, JSON.parse(graph) as CircuitGraph);
