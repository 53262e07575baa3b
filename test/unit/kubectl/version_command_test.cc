// version: how it ends, and what it says of CustomResourceDefinitions. What it prints on a cluster:
// kubectl_windlass_test.sh.
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::version_command_test {
namespace {

TEST_CASE("version ends with 3 when --timeout passes while it reads the CRDs") {
  KubectlRun run;
  run.answering.answer =
      AnswerTo("/version", {200, "application/json", R"({"gitVersion":"v1.36.3"})", {}});
  run.fate = [](const HttpRequest&) { return sim::Fate::kRequestLost; };
  CHECK(run.Run("version --timeout=5s") == Ends(ExitCode::kTimeout, "…", "…v1.36.3…"));
}

TEST_CASE("version names a CustomResourceDefinition that is missing or older (RC-24)") {
  KubectlRun run;
  run.answering.answer = [](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.target != "/version") return std::nullopt;
    return HttpResponse{200, "application/json", R"({"gitVersion":"v1.36.3"})", {}};
  };
  run.HasCrd("replicationcontrollerupdates.windlass.dev", 0);
  const Ran ran = run.Run("version");
  CAPTURE(ran.out);
  CHECK(ran.code == ExitCode::kDone);
  CHECK(ran.out.find("CRD rollouts.windlass.dev:                       not installed: install it "
                     "with kubectl apply --server-side -f crds/windlass.dev_rollouts.yaml\n") !=
        std::string::npos);
  CHECK(ran.out.find("CRD replicationcontrollerupdates.windlass.dev:   revision 0, older than this "
                     "program needs: update it with kubectl apply --server-side -f "
                     "crds/windlass.dev_replicationcontrollerupdates.yaml\n") != std::string::npos);
}

}  // namespace
}  // namespace windlass::cli::version_command_test
