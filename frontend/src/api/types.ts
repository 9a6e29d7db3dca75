/** Short names for what the API takes and gives; `npm run generate` writes their source. */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type BrokenCheckpoint = Schemas["BrokenCheckpointSummary"];
export type Bundle = Schemas["Bundle"];
export type CheckpointMeans = Schemas["CheckpointMeans"];
export type CheckpointDetail = Schemas["CheckpointDetail"];
export type CheckpointSummary = Schemas["CheckpointSummary"];
export type BenchmarkCell = Schemas["Cell"];
export type BenchmarkMean = Schemas["Mean"];
export type BenchmarkRatio = Schemas["Ratio"];
export type CircuitDetail = Schemas["CircuitDetail"];
export type CircuitGraph = Schemas["CircuitGraph"];
export type CircuitSummary = Schemas["CircuitSummary"];
export type Estimate = Schemas["Estimate"];
export type CurvePoint = Schemas["CurvePoint"];
export type ComparePage = Schemas["ComparePage"];
export type Comparison = Schemas["Comparison"];
export type Contender = Schemas["Contender"];
export type EqualLoss = Schemas["EqualLoss"];
export type EdgeReport = Schemas["EdgeReport"];
export type EvaluateRequest = Schemas["EvaluateRequest"];
export type EvaluateResponse = Schemas["EvaluateResponse"];
export type FaithfulnessReport = Schemas["FaithfulnessReport"];
export type GraphEdge = Schemas["GraphEdge"];
export type GraphNode = Schemas["GraphNode"];
export type HeadReport = Schemas["HeadReport"];
export type Interval = Schemas["Interval"];
export type JobDetail = Schemas["JobDetail"];
export type JobStatus = Schemas["JobStatus"];
export type MeansComputation = Schemas["MeansComputation"];
export type Mode = Schemas["Mode"];
export type NextToken = Schemas["NextToken"];
export type NodeMeansSource = Schemas["NodeMeansSource"];
export type NodeReport = Schemas["NodeReport"];
export type Numbers = Schemas["Numbers"];
export type OutcomeKind = Schemas["OutcomeKind"];
export type PairAnswer = Schemas["PairAnswer"];
export type PairExample = Schemas["PairExample"];
export type PathPoint = Schemas["PathPoint"];
export type Problem = Omit<Schemas["Problem"], "type">;
export type Progress = Schemas["Progress"];
export type PromptAnswer = Schemas["PromptAnswer"];
export type ReportLine = Schemas["ReportLine"];
export type SearchRequest = Schemas["SearchRequest"];
export type SizePath = Schemas["SizePath"];
export type Split = Schemas["Split"];
export type TaskExamples = Omit<Schemas["TaskExamples"], "task"> & { task: TaskSummary };
/** The client knows the two answers as a list only: it maps tuples to arrays. */
export type TaskSummary = Omit<Schemas["TaskSummary"], "answers"> & { answers: readonly string[] };
export type TokenText = Schemas["TokenText"];
/** What a job that computes a report was asked for. */
export type Verification = Schemas["Verification"];
export type Value = Schemas["AblationValue"];
