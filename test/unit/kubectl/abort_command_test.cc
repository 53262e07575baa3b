// abort and retry; and that all commands that change a rollout have one grammar.
#include <set>

#include "test/unit/kubectl/error_row.h"

namespace windlass::cli::abort_command_test {
namespace {

constexpr const ResourceId& kRollouts = resources::kRollouts;
using Edit = std::function<void(Json&)>;

TEST_CASE("abort sets spec.abort, and retry and --end end it") {
  KubectlRun run;
  CreateAvailableRollout(run, 2);
  const std::string end = GENERATE("retry rollout/web", "abort rollout/web --end");
  CHECK(run.Run(end) == Ends(ExitCode::kError, "error: rollout \"web\" is not aborted\n"));
  CHECK(run.writes.empty());
  CHECK(run.Run("abort rollout/web").out == "rollout.windlass.dev/web aborted\n");
  CHECK(run.Stored(kRollouts, "web")["spec"]["abort"] == true);
  CHECK(run.Run("abort rollout/web") ==
        Ends(ExitCode::kError,
             "error: rollout \"web\" is already aborted: kubectl windlass retry rollout/web -n "
             "default rolls its template out again\n"));
  CHECK(run.writes.size() == 1);
  CHECK(run.Run(end) == Done("rollout.windlass.dev/web no longer aborted\n", ""));
  const Json web = run.Stored(kRollouts, "web");
  CHECK(web["spec"]["abort"] == false);
  const Json body = Json::parse(run.writes[1].body);
  CHECK(body["metadata"]["uid"] == web["metadata"]["uid"]);
  CHECK(body["spec"] == Json({{"abort", false}}));
  run.Edit(kRollouts, "web", "status", [](Json& o) { o["status"].erase("stableRevision"); });
  CHECK(run.Run("abort rollout/web")
            .messages.starts_with("Warning: rollout \"web\" has no stable revision yet"));
}

// For the user who stops a rollout that was promoted a moment ago, while Windlass was away.
TEST_CASE("abort takes a promotion away that would count after the abort (RO-054)") {
  KubectlRun run;
  CreateAvailableRollout(run, 2);
  run.Edit(kRollouts, "web", "",
           [](Json& o) { o["metadata"]["annotations"]["windlass.dev/promote"] = "2@8"; });
  CHECK(run.Run("abort rollout/web").code == ExitCode::kDone);
  const Json web = run.Stored(kRollouts, "web");
  CHECK(web["spec"]["abort"] == true);
  CHECK_FALSE(
      web["metadata"].value("annotations", Json::object()).contains("windlass.dev/promote"));
}

TEST_CASE("abort of a Rollout with no rollout under way is refused") {
  KubectlRun run;
  CreateAvailableRollout(run, 2);
  run.Edit(kRollouts, "web", "status", [](Json& o) { o["status"]["phase"] = "Healthy"; });
  CHECK(run.Run("abort rollout/web") ==
        Ends(ExitCode::kError, "…there is nothing to abort: kubectl windlass undo…"));
  CHECK(run.writes.empty());
}

TEST_CASE("retry of a paused Rollout says that it waits") {
  KubectlRun run;
  CreateAvailableRollout(run, 2, [](Json& web) {
    web["spec"]["abort"] = true;
    web["spec"]["paused"] = true;
  });
  CHECK(run.Run("retry rollout/web") ==
        DoneSaying("Warning: rollout \"web\" is paused by spec.paused. To roll out its template "
                   "again: kubectl windlass resume rollout/web -n default\n"));
  CHECK(run.Stored(kRollouts, "web")["spec"]["abort"] == false);
}

// For the user who wants bad Pods gone now: the abort waits for the correction of the strategy.
TEST_CASE("abort and retry say that spec.strategy cannot be carried out (RO-062)") {
  struct Row {
    std::string command;
    bool paused;
    std::string before;  // what the warning begins with
  };
  const Row row = GENERATE(values<Row>({
      {"abort", false, ""},
      {"retry", false, ""},
      {"retry", true, "rollout \"web\" is paused by spec.paused. …resume rollout/web -n default. "},
  }));
  const std::string reason = GENERATE("InvalidStrategy", "ProgressDeadlineExceeded");
  CAPTURE(row.command, row.paused, reason);
  KubectlRun run;
  CreateAvailableRollout(run, 2, [&](Json& web) {
    web["spec"]["abort"] = row.command == "retry";
    web["spec"]["paused"] = row.paused;
  });
  run.Edit(kRollouts, "web", "status", [&](Json& o) { SetInvalidStrategy(o["status"], reason); });
  const Ran ran = run.Run(row.command + " rollout/web");
  CHECK(run.writes.size() == 1);
  if (reason != "InvalidStrategy") {
    CHECK(ran.code == ExitCode::kDone);
    CHECK(ran.messages.find("spec.strategy") == std::string::npos);
    return;
  }
  CHECK(ran ==
        DoneSaying("Warning: " + row.before +
                   "rollout \"web\" is stalled (InvalidStrategy): spec.strategy cannot be carried "
                   "out: step 2 is empty. Correct it. Until then Windlass updates no Pod …\n"));
}

// promote, abort and retry of a Deployment: object_errors.cc.
TEST_CASE("On a Deployment abort --end says what retry says") {
  KubectlRun run;
  CHECK(run.Run("abort deployment/web --end") ==
        Ends(ExitCode::kUsage, "error: a Deployment is never aborted…"));
  CHECK(run.requests.empty());
}

// pause, resume, restart, promote, abort and retry take the same arguments and flags, print the
// same line, and wait for nothing.
TEST_CASE("Commands that change a rollout have one grammar") {
  const std::set<std::string> own = {"--full", "--force", "--end"};
  const auto shared = [&](const std::string& command) {
    std::set<std::string> flags;
    for (const Described& flag : FlagsOf(command)) {
      if (!own.contains(flag.name)) flags.insert(flag.name);
    }
    return flags;
  };
  struct Row {
    std::string command;
    std::string done;
    Edit change;
  };
  const auto paused = [](Json& web) { web["spec"]["paused"] = true; };
  const auto aborted = [](Json& web) { web["spec"]["abort"] = true; };
  for (const Row& row : std::vector<Row>{{"pause", "paused", {}},
                                         {"resume", "resumed", paused},
                                         {"restart", "restarted", {}},
                                         {"promote", "promoted past step 2 of 2", {}},
                                         {"abort", "aborted", {}},
                                         {"retry", "no longer aborted", aborted}}) {
    CAPTURE(row.command);
    CHECK(shared(row.command) == shared("pause"));
    for (const char* name : {" rollout/web", " wro web", " rollouts.windlass.dev/web"}) {
      KubectlRun run;
      CreateAvailableRollout(run, 2, row.change);
      CHECK(run.Run(row.command + name) == Done("rollout.windlass.dev/web " + row.done + "\n"));
      CHECK(run.requests.size() == 2);
      CHECK(run.writes.size() == 1);
    }
    KubectlRun run;
    CreateAvailableRollout(run, 2, row.change);
    CHECK(run.Run(row.command + " wro/web wro/api -o name --timeout=1m").out ==
          "rollout.windlass.dev/web\n");
  }
}

}  // namespace
}  // namespace windlass::cli::abort_command_test
