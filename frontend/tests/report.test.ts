import { describe, expect, it } from "vitest";

import type { ReportLine } from "../src/api/types";
import { methodTitle } from "../src/state/methods";
import { besideNumber, lineGroups, lineNumber, stagePlace, stageTitle } from "../src/state/report";
import { sizeOnAxis, sizeTicks, smallestMeeting } from "../src/state/sizes";

function line(group: ReportLine["group"], met: boolean | null): ReportLine {
  return { id: `${group}.x`, group, title: "x", unit: "nats", value: 1, met, limit: "y", beside: {} };
}

describe("lineGroups", () => {
  it("come in the order of the report, whatever the order of lines, and count what is judged", () => {
    const groups = lineGroups({
      lines: [
        line("controls", null),
        line("sufficiency", true),
        line("sufficiency", false),
        line("sufficiency", null),
      ],
      nodes: [],
      heads: [{ head: "0.attn.head.1", divergence: 0.1 }],
    });
    expect(groups.map(({ group, met, judged }) => [group, met, judged])).toEqual([
      ["sufficiency", 1, 2],
      ["agreement", 0, 0],
      ["controls", 0, 0],
    ]);
  });
});

describe("lineNumber", () => {
  it.each([
    [0.1234, "nats", "0.123"],
    [0.1234, "share", "12.3%"],
    [12, "count", "12"],
    [12.25, "count", "12.3"],
    [-0.5, "correlation", "\u22120.50"],
    [1.5, "nats x decades", "1.50"],
  ] as const)("%f %s", (value, unit, text) => {
    expect(lineNumber(value, unit)).toBe(text);
  });
});

describe("besideNumber", () => {
  it("is written by what it is, since its label says it", () => {
    expect([besideNumber(13, "nats"), besideNumber(0.10717, "count")]).toEqual(["13", "0.107"]);
    expect([besideNumber(0.5, "share"), besideNumber(13, "share")]).toEqual(["50.0%", "13"]);
    expect(besideNumber(0, "correlation")).toBe("0");
  });
});

describe("stages", () => {
  it("are groups in words, or as the server names them", () => {
    expect([stageTitle("curve"), stagePlace("curve")]).toEqual(["Size against loss", 10]);
    expect([stageTitle("warming up"), stagePlace("warming up")]).toEqual(["warming up", null]);
  });
});

describe("methods", () => {
  it("have titles, with the size where one was opened, and unknown ones their own name", () => {
    const names = ["path", "path at size 12", "masks+elimination"];
    expect(names.map(methodTitle)).toEqual(["Path", "Path at size 12", "masks+elimination"]);
  });
});

describe("sizes", () => {
  it("have a place for none on a logarithmic axis", () => {
    expect(sizeTicks([0, 3, 12])).toEqual({
      values: [0.5, 1, 2, 5, 10],
      words: ["0", "1", "2", "5", "10"],
    });
    expect(sizeTicks([4]).words).toEqual(["1", "2"]);
    expect([sizeOnAxis(0), sizeOnAxis(7)]).toEqual([0.5, 7]);
  });

  it("name the smallest that meets the target on validation pairs", () => {
    const point = (nodes: number, loss: number) => ({
      nodes,
      induced_edges: nodes,
      validation_loss: loss,
      test_loss: 0,
    });
    const path = { ranking: [], points: [point(2, 0.5), point(5, 0.14), point(9, 0.01)] };
    expect(smallestMeeting(path, 0.15)?.nodes).toBe(5);
    expect(smallestMeeting(path, 0.001)).toBeNull();
  });
});
