/** What the graph is coloured and filtered by, fetched when it is first looked at. */
import { api, need } from "../api/client";
import type { FaithfulnessReport, NodeValues } from "../api/types";
import type { Paint } from "../drawing/paint";
import { largest } from "../drawing/heat";
import type { Exploration } from "./exploration";
import type { Asked } from "./remembered";
import { Remembered } from "./remembered";

type Effects = ReadonlyMap<string, number>;
const NOTHING: Asked<never> = { data: null, problem: null };

/** Colours, where they come from, and words on what is missing. */
export interface Coloured {
  readonly paint: Paint | null;
  /** Of an activation: where it is. */
  readonly values: NodeValues | null;
  readonly asked: Asked<unknown>;
  readonly missing: string | null;
}

export class Measures {
  readonly #effects: Remembered<Effects>;
  readonly #values: Remembered<NodeValues>;
  readonly #reports: Remembered<FaithfulnessReport>;

  constructor(changed: () => void) {
    this.#effects = new Remembered(changed);
    this.#values = new Remembered(changed);
    this.#reports = new Remembered(changed);
  }

  retry(): void {
    for (const each of [this.#effects, this.#values, this.#reports]) each.retry();
  }

  /** Effects of all nodes or of all kept edges, each alone. */
  effects({ slug, split, seed, look }: Exploration, part: "nodes" | "edges"): Asked<Effects> {
    const query = { part, split, seed, ...sized(look.size) };
    return this.#effects.get(JSON.stringify([slug, query]), async () => {
      const params = { path: { slug }, query };
      const found = await need(api.GET("/api/circuits/{slug}/single_effects", { params }));
      return new Map(Object.entries(found.effects));
    });
  }

  /** Effects of edges, if the look asks for them. */
  edgeEffects(state: Exploration): Asked<Effects> {
    return state.look.by === "effect" ? this.effects(state, "edges") : NOTHING;
  }

  colours(state: Exploration, hasReport: boolean | null): Coloured {
    const { colour } = state.look;
    const nothing = { values: null, asked: NOTHING, missing: null };
    switch (colour) {
      case "kind":
        return { ...nothing, paint: null };
      case "sign":
        return { ...nothing, paint: { colour, values: new Map(), most: 0 } };
      case "effect": {
        const asked = this.effects(state, "nodes");
        return { ...nothing, paint: paintOf(colour, asked.data), asked };
      }
      case "activation": {
        const asked = this.#activation(state);
        const values = asked.data === null ? null : asked.data[state.look.inside];
        const paint = paintOf(colour, values && new Map(Object.entries(values)));
        return { ...nothing, paint, values: asked.data, asked };
      }
      case "inclusion":
        return this.#inclusion(state, hasReport);
    }
  }

  #activation({ slug, split, seed, look }: Exploration): Asked<NodeValues> {
    const { pair, second, position } = look;
    const token = position === null ? {} : { position };
    const query = { split, seed, pair, second, ...token, ...sized(look.size) };
    return this.#values.get(JSON.stringify([slug, query]), () =>
      need(api.GET("/api/circuits/{slug}/values", { params: { path: { slug }, query } })),
    );
  }

  #inclusion({ slug }: Exploration, hasReport: boolean | null): Coloured {
    const none = { paint: paintOf("inclusion", null), values: null, asked: NOTHING };
    if (hasReport === null) return { ...none, missing: null };
    if (!hasReport) return { ...none, missing: "No report yet: the Report view makes one" };
    const asked = this.#reports.get(slug, () =>
      need(api.GET("/api/circuits/{slug}/report", { params: { path: { slug } } })),
    );
    const nodes = asked.data?.nodes ?? [];
    const values = new Map(nodes.map(({ node, inclusion }) => [node, inclusion ?? null]));
    const counted = [...values.values()].some((value) => value !== null);
    const paint: Paint = { colour: "inclusion", values, most: 1 };
    const left = asked.data !== null && !counted;
    return { ...none, paint, asked, missing: left ? "The report was made without other seeds" : null };
  }
}

function sized(size: number | null): { size?: number } {
  return size === null ? {} : { size };
}

function paintOf(colour: Paint["colour"], values: Effects | null): Paint {
  const known = values ?? new Map<string, number>();
  return { colour, values: known, most: largest([...known.values()]) };
}
