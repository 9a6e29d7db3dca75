/** The entry: what every page needs, then the elements of the page that the server rendered. */
import "./styles/page.css";
import "./elements/token_dialog";

const pages: Record<string, () => Promise<unknown>> = {
  home: () => import("./elements/home_page"),
  checkpoint: () => import("./elements/checkpoint_page"),
  task: () => import("./elements/task_page"),
  jobs: () => import("./elements/jobs_page"),
  job: () => import("./elements/job_page"),
  circuits: () => import("./elements/circuits_page"),
  circuit: () => import("./elements/circuit_page"),
  beside: () => import("./elements/beside_page"),
  compare: () => import("./elements/compare_page"),
};

await pages[document.body.dataset["page"] ?? ""]?.();
