/** A node's name, taken apart: `1.attn.q.17` is channel 17 of site `attn.q` of layer 1. */
export interface NodeName {
  readonly layer: number;
  readonly site: string;
  readonly index: number;
}

const SITES: Record<string, string> = {
  "attn.act_in": "Residual channel read by attention",
  "attn.q": "Query channel",
  "attn.k": "Key channel",
  "attn.v": "Value channel",
  "attn.resid_delta": "Residual channel written by attention",
  "mlp.act_in": "Residual channel read by the MLP",
  "mlp.post_act": "MLP neuron",
  "mlp.resid_delta": "Residual channel written by the MLP",
};

/** The parts of a name; null if it is no node's. */
export function nodeName(name: string | null): NodeName | null {
  const found = /^(\d+)\.([a-z_.]+)\.(\d+)$/.exec(name ?? "");
  const site = found?.[2];
  if (!found || site === undefined || !Object.hasOwn(SITES, site)) return null;
  return { layer: Number(found[1]), site, index: Number(found[3]) };
}

/** What the node is, in words. */
export function nodeWords({ layer, site }: NodeName): string {
  return `${SITES[site]}, layer ${layer}`;
}

/** Whether the node is a channel of an attention head. */
export function isOfHead({ site }: NodeName): boolean {
  return ["attn.q", "attn.k", "attn.v"].includes(site);
}

/** Whether the node is a residual channel, which tokens write and logits read. */
export function isResidual({ site }: NodeName): boolean {
  return site.endsWith("act_in") || site.endsWith("resid_delta");
}
