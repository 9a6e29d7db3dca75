/** Python that fetches a circuit, and the numbers of a state of its page. */
import type { Exploration } from "./exploration";
import { question } from "./exploration";

/** Needs nothing but Python: run it as it is. */
export function snippet(origin: string, state: Exploration): string {
  const { references, prompt, ...asked } = question(state, null);
  return `import json
from urllib.request import Request, urlopen

URL = ${JSON.stringify(`${origin}/api/circuits/${state.slug}`)}

with urlopen(URL) as answer:
    circuit = json.load(answer)["circuit"]
print(circuit["slug"], len(circuit["nodes"]), "nodes", len(circuit["edges"]), "edges")

# What this page shows: ask again with other nodes ablated.
question = ${literal(asked)}
request = Request(
    f"{URL}/evaluate", json.dumps(question).encode(), {"Content-Type": "application/json"}
)
with urlopen(request) as answer:
    numbers = json.load(answer)["numbers"]
print("task loss", numbers["task_loss"]["value"], "accuracy", numbers["accuracy"]["value"])
`;
}

type Plain = string | number | string[] | Record<string, number>;

/** A dictionary of what Python writes as JSON does. */
function literal(values: Record<string, Plain | null | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  const lines = given.map(([name, value]) => {
    const written = Array.isArray(value) ? list(value) : JSON.stringify(value);
    return `    ${JSON.stringify(name)}: ${written},\n`;
  });
  return `{\n${lines.join("")}}`;
}

function list(values: readonly string[]): string {
  if (values.length <= 1) return JSON.stringify(values);
  return `[\n${values.map((value) => `        ${JSON.stringify(value)},\n`).join("")}    ]`;
}
