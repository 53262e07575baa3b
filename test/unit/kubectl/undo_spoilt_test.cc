// undo of a Rollout to its stable revision, whose ReplicaSet has lost or got other annotations.
#include <string>

#include "test/proves.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::undo_spoilt_test {
namespace {

struct SpoiltRow {
  std::string id;
  // Annotations of web-3, which was revision 3 and has the hash 3. "": it has no such annotation.
  std::string number;
  std::string history;
  std::string complete;
  std::string requested;
  // What the status says of the stable revision, which is 3.
  std::string name;
  std::string stable_template;
  bool found;
};

Json AnnotationsOf(const SpoiltRow& row) {
  Json annotations = Json::object();
  const auto set = [&](const char* key, const std::string& value) {
    if (!value.empty()) annotations[key] = value;
  };
  set("deployment.kubernetes.io/revision", row.number);
  set("deployment.kubernetes.io/revision-history", row.history);
  set("internal.windlass.dev/complete", row.complete);
  set("windlass.dev/requested-template", row.requested);
  return annotations;
}

// Creates Rollout web with the image app:v4, and its ReplicaSet web-3 with the image app:v3.
void Create(KubectlRun& run, const SpoiltRow& row) {
  run.Create(resources::kRollouts, sim::SampleRollout("web", 3, "app:v4"));
  Json rs = ReplicaSetOf(run.Stored(resources::kRollouts, "web"), "web-3", 3);
  rs["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v3";
  rs["metadata"]["labels"]["pod-template-hash"] = "3";
  rs["metadata"]["annotations"] = AnnotationsOf(row);
  run.Create(resources::kReplicaSets, rs);
  run.Edit(resources::kRollouts, "web", "status", [&](Json& o) {
    o["status"]["stableRevision"] = 3;
    o["status"]["stableReplicaSet"] = row.name;
    o["status"]["stableTemplate"] = row.stable_template;
  });
}

// Windlass judges the request by the same order: note, number, template, name. So Windlass does not
// refuse, with RollbackRevisionNotFound, a revision that undo has found.
TEST_CASE("undo finds the ReplicaSet of a stable revision as Windlass does (RO-022)") {
  const auto row = GENERATE(values<SpoiltRow>({
      {"another number", "5", "", "", "", "web-3", "", false},
      {"another number, the template", "5", "", "", "t-3", "", "t-3", true},
      {"another template", "5", "", "", "t-3", "web-3", "t-2", false},
      {"a former number", "5", "2,3", "", "", "web-1", "", true},
      {"the note", "5", "", "3/3", "", "web-1", "", true},
      {"the note of another one", "5", "", "3/9", "", "web-3", "", false},
      {"no annotation", "", "", "", "", "web-3", "", true},
      {"no annotation, no name", "", "", "", "", "", "", false},
      {"no number", "x", "", "", "", "web-3", "", true},
      {"no number, another note", "x", "", "2/3", "", "web-3", "", false},
  }));
  CAPTURE(row.id);
  KubectlRun run;
  Create(run, row);
  const Ran ran = run.Run("undo wro/web --to-revision=3 --dry-run=client");
  if (row.found) {
    CHECK(ran == Done("…image: app:v3…"));
  } else {
    CHECK(ran == Ends(ExitCode::kError,
                      "error: unable to find specified revision 3 in history: kubectl…"));
  }
  Proves("RO-022");
}

}  // namespace
}  // namespace windlass::cli::undo_spoilt_test
