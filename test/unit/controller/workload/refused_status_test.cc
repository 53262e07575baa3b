// The conditions of a status that follows a refused write: ReplicaFailure and Progressing.
#include <string>
#include <variant>
#include <vector>

#include "controller/workload/decisions.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/string_map.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/refusing.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::refused_status_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

TEST_CASE(
    "words that differ in numbers only are not written anew at once; other words and writes are") {
  MayNotShrink cluster;
  const auto message_after = [&](const std::string& write, const std::string& words) {
    cluster.Refuse(write, ErrorKind::kForbidden, words);
    cluster.writes.clear();
    ++cluster.now;
    cluster.SyncFails();
    return cluster.Message();
  };
  const std::string refused = "the API server refused to patch replicasets ns/";
  const std::string v1 = refused + cluster.NameOf("v1") + ": ";
  const std::string first = "try 17 at 2027-01-15T08:00:01Z was denied, id 5f-abc-9";
  CHECK(message_after("scale v1", first) == v1 + first);
  CHECK(message_after("scale v1", "try 18 at 2027-01-15T08:00:05Z was denied, id 60-bcd-1") ==
        v1 + first);
  CHECK(cluster.writes.empty());
  CHECK(message_after("scale v1", "frozen until 2027") == v1 + "frozen until 2027");
  CHECK(cluster.writes == Lines{"status"});
  // Another object: the new ReplicaSet comes before the old one.
  cluster.Edit([](Json& d) { d["spec"]["minReadySeconds"] = 3; });
  CHECK(message_after("annotate v2", "frozen until 2027") ==
        refused + cluster.NameOf("v2") + ": frozen until 2027");
}

// Whom this serves: an autoscaler, while somebody wrote more annotations than one object holds
// beside Windlass's.
TEST_CASE("annotations without room on the ReplicaSet hold up nothing, and are told (D-163)") {
  const bool paused = GENERATE(false, true);
  Refusing cluster;
  cluster.server = [](const Request& request) -> std::optional<Result<Reply>> {
    if (request.body().size() < kAnnotationBytesMax) return std::nullopt;
    return Error{ErrorKind::kInvalid, "metadata.annotations: Too long"};
  };
  cluster.Edit([&](Json& d) {
    d["spec"]["paused"] = paused;
    d["metadata"]["annotations"]["notes"] = std::string(150'000, 'n');
  });
  cluster.Settle();
  CHECK(cluster.Condition("ReplicaFailure").empty());
  cluster.Edit([](Json& d) {
    Json& annotations = d["metadata"]["annotations"];
    annotations.erase("notes");
    annotations["more"] = std::string(150'000, 'm');
    annotations["team"] = "shop";
  });
  cluster.ScaleAndSettle(6);
  CHECK(cluster.SizeOf("v1") == 6);
  CHECK(cluster.Condition("ReplicaFailure") == "True AnnotationsNotCopied");
  const std::string said = cluster.Message();
  INFO(said);
  CHECK(
      said.starts_with("annotation more of the deployment (150000 bytes) is not copied to "
                       "replicaset " +
                       cluster.NameOf("v1") + ". The annotations of the replicaset have 150"));
  CHECK(
      said.ends_with(" bytes already, and Windlass copies annotations only up to 253952 bytes. The "
                     "limit of the API server is 262144 bytes. Shorten the annotation, or remove "
                     "from the replicaset the annotations that the deployment no longer has"));
  const Json& annotations = cluster.ReplicaSet("v1")["metadata"]["annotations"];
  CHECK(annotations["team"] == "shop");
  CHECK_FALSE(annotations.contains("more"));
  CHECK(cluster.Observed());

  SECTION("until it is shortened") {
    cluster.Edit([](Json& d) { d["metadata"]["annotations"]["more"] = "short"; });
  }
  SECTION("or until there is room") {
    cluster.EditReplicaSet(cluster.NameOf("v1"),
                           [](Json& rs) { rs["metadata"]["annotations"].erase("notes"); });
  }
  cluster.Settle();
  CHECK(cluster.Condition("ReplicaFailure").empty());
  CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"].contains("more"));
  Proves("D-163");
}

// Whom this serves: who counts bytes. Annotations that Windlass or kubectl reads have more room.
TEST_CASE("an annotation without room is told with the limit that holds for it (D-163)") {
  struct Row {
    std::string key;
    std::string limit;
  };
  const Row row = GENERATE(
      values<Row>({{"example.com/more", "253952"}, {"kubernetes.io/change-cause", "258048"}}));
  Refusing cluster;
  const auto set = [&](const std::string& key) {
    cluster.Edit([&](Json& d) {
      d["metadata"]["annotations"].erase("notes");
      d["metadata"]["annotations"][key] = std::string(150'000, 'n');
    });
    cluster.Settle();
  };
  set("notes");
  set(row.key);
  const std::string said = cluster.Message();
  INFO(said);
  CHECK(said.starts_with("annotation " + row.key + " of the deployment (150000 bytes) is not "));
  CHECK(said.find(" only up to " + row.limit + " bytes.") != std::string::npos);
  Proves("D-163");
}

// Whom this serves: who shortens annotations that upstream has copied up to the last byte.
TEST_CASE("a change that lengthens nothing is copied, however many there are (D-163)") {
  Refusing cluster;
  const auto set = [&](size_t bytes, char of) {
    cluster.Edit([&](Json& d) { d["metadata"]["annotations"]["notes"] = std::string(bytes, of); });
  };
  set(261'000, 'a');
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) {
    rs["metadata"]["annotations"]["notes"] = std::string(261'000, 'a');
  });
  for (const size_t bytes : {261'000, 260'900}) {
    set(bytes, 'b');
    cluster.Settle();
    CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"]["notes"] == std::string(bytes, 'b'));
    CHECK(cluster.Condition("ReplicaFailure").empty());
  }
  set(260'901, 'c');
  cluster.Settle();
  CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"]["notes"] == std::string(260'900, 'b'));
  CHECK(cluster.Condition("ReplicaFailure") == "True AnnotationsNotCopied");
  // Those that somebody reads have some room of their own.
  const char* cause = "kubernetes.io/change-cause";
  set(254'500, 'd');
  cluster.Settle();
  cluster.Edit([&](Json& d) { d["metadata"]["annotations"][cause] = "why"; });
  cluster.Settle();
  CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"][cause] == "why");
  Proves("D-163");
}

TEST_CASE("a ReplicaSet's own ReplicaFailure is shown before ours, and ours after it") {
  const bool paused = GENERATE(false, true);
  CAPTURE(paused);
  Refusing cluster;
  cluster.Refuse("scale v1");
  cluster.Edit([&](Json& d) {
    d["spec"]["replicas"] = 8;
    d["spec"]["paused"] = paused;
  });
  cluster.SyncFails();
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  cluster.ReplicaSet("v1")["status"]["conditions"] = {
      {{"type", "ReplicaFailure"},
       {"status", "True"},
       {"reason", "FailedCreate"},
       {"message", "exceeded quota"},
       {"lastTransitionTime", "2027-01-15T08:00:00Z"}}};
  cluster.SyncFails();
  CHECK(cluster.Condition("ReplicaFailure") == "True FailedCreate");
  CHECK(cluster.Message() == "exceeded quota");
  cluster.writes.clear();
  cluster.SyncFails();
  CHECK(cluster.writes.empty());
  cluster.ReplicaSet("v1")["status"].erase("conditions");
  cluster.SyncFails();
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
  cluster.Allow();
  cluster.Sync();
  CHECK(cluster.Condition("ReplicaFailure").empty());
  Proves("D-434");
}

TEST_CASE("the deadline runs while a write is refused, and nothing else changes Progressing") {
  MayNotShrink cluster;
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetCreated");  // it was, and counts
  const Json begun = cluster.ConditionOf("Progressing");
  cluster.now += 590;
  cluster.RunReplicaSets();  // the last Pod of what was decided before
  const Step step = cluster.Sync();
  CHECK(cluster.ConditionOf("Progressing") == begun);
  CHECK(std::get<Failed>(step).look_again_in == seconds(11));
  cluster.now += 11;
  cluster.SyncFails();
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  CHECK_FALSE(cluster.Observed());
  const Json verdict = cluster.ConditionOf("Progressing");
  cluster.writes.clear();
  for (int i = 0; i < 3; ++i) {
    cluster.now += 700;
    cluster.SyncFails();
  }
  CHECK(cluster.writes.empty());
  CHECK(cluster.ConditionOf("Progressing") == verdict);
  cluster.Allow();
  cluster.Settle();
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("D-425");
}

TEST_CASE("a rollout that a refused adoption holds up is timed, once") {
  Refusing cluster;
  TwoRevisions(cluster);
  Orphan(cluster, "v1");
  cluster.Refuse("adopt");
  cluster.SetImage("v3");
  cluster.SyncFails();
  CHECK_FALSE(cluster.HasReplicaSet("v3"));
  CHECK(cluster.Condition("Progressing") == "True ReplicaSetUpdated");
  cluster.now += 601;
  cluster.SyncFails();
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
  cluster.writes.clear();
  for (int i = 0; i < 3; ++i) {
    cluster.now += 601;
    cluster.SyncFails();
  }
  CHECK(cluster.writes.empty());
}

TEST_CASE("a rollout back to a revision that had come and gone unseen begins once") {
  Refusing cluster;
  TwoRevisions(cluster);
  cluster.SetImage("v1");
  cluster.Sync(1);  // v1 gets revision 3, and nobody writes a status
  cluster.SetImage("v2");
  cluster.Refuse("scale v1");  // v2 got 4, having been 2, which the Deployment still shows
  cluster.SyncFails();
  cluster.writes.clear();
  for (int i = 0; i < 3; ++i) {
    ++cluster.now;
    cluster.SyncFails();
  }
  CHECK(cluster.writes.empty());
  cluster.now += 601;
  cluster.SyncFails();
  CHECK(cluster.Condition("Progressing") == "False ProgressDeadlineExceeded");
}

TEST_CASE("a refused status is an Event and fails the sync, whatever else was refused") {
  const bool scaling = GENERATE(false, true);
  CAPTURE(scaling);
  Refusing cluster;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const std::string what = cluster.Describe(request);
    if (what != "status" && !(scaling && what == "scale v1")) return std::nullopt;
    return Result<Reply>(Error{ErrorKind::kForbidden, what + " is frozen"});
  };
  cluster.SetImage("v2");
  cluster.events.clear();
  cluster.SyncFails();
  REQUIRE_FALSE(cluster.events.empty());
  CHECK(cluster.events.back() ==
        "StatusUpdateRefused: the API server refused to patch deployments/status ns/web: status is "
        "frozen");
  cluster.Allow();
  cluster.events.clear();
  cluster.Settle();
  for (const std::string& event : cluster.events) {
    CHECK_FALSE(event.starts_with("StatusUpdateRefused"));
  }
}

// Whom this serves: who resumes a rollout where a policy freezes the status. Some statuses are
// written before the first Pod, as that of a resume.
TEST_CASE("a refused status holds up nothing that is decided after it") {
  Refusing cluster;
  cluster.Edit([](Json& d) { d["spec"]["paused"] = true; });
  cluster.SetImage("v2");
  cluster.Settle();
  cluster.Refuse("status");
  cluster.Edit([](Json& d) { d["spec"].erase("paused"); });
  cluster.SyncFails();
  CHECK(cluster.SizeOf("v2") > 0);
}

// Whom this serves: whose API server refuses slowly. Then the times in the next status are others,
// and so is its body.
TEST_CASE("a refused status is sent once in a sync, however long the refusal takes (D-435)") {
  const bool resumes = GENERATE(true, false);
  CAPTURE(resumes);
  Refusing cluster;
  if (resumes) cluster.Edit([](Json& d) { d["spec"]["paused"] = true; });
  if (resumes) cluster.Settle();
  cluster.SetImage("v2");
  if (resumes) cluster.Settle();
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (cluster.Describe(request) != "status") return std::nullopt;
    ++cluster.refused;
    ++cluster.now;
    return Result<Reply>(Error{ErrorKind::kForbidden, kWords});
  };
  if (resumes) cluster.Edit([](Json& d) { d["spec"].erase("paused"); });
  cluster.events.clear();
  cluster.SyncFails();
  CHECK(cluster.refused == 1);
  CHECK(cluster.SizeOf("v2") > 0);
  REQUIRE_FALSE(cluster.events.empty());
  CHECK(cluster.events.back().starts_with("StatusUpdateRefused: "));
  Proves("D-435");
}

TEST_CASE("only a refusal of another write is told beyond the bound of a sync") {
  World world(3);
  const View view = world.view();
  const StatusDraft draft{.status = view.workload.status, .now = kNow};
  const Request status = view.workload.kind.WriteStatus(view.workload, draft);
  const Request other = Request::Get(resources::kReplicaSets, {"ns", "web-1"});
  const Step step = Write{.request = status, .because = {decisions::kUpdateStatus, {}}};
  const Error no{ErrorKind::kForbidden, "no"};
  CHECK(TellsOfRefusal(view.workload, step, {OutcomeOf(other, no)}));
  CHECK_FALSE(TellsOfRefusal(view.workload, step, {OutcomeOf(status, no)}));
  CHECK_FALSE(TellsOfRefusal(view.workload, step, {OutcomeOf(other, no), OutcomeOf(status, no)}));
}

TEST_CASE("a create that is refused takes away what was said of an earlier write") {
  Refusing cluster;
  cluster.Refuse("scale v1");
  cluster.Scale(8);
  cluster.SyncFails();
  REQUIRE(cluster.Condition("ReplicaFailure") == kTold);
  cluster.Refuse("create", ErrorKind::kQuotaExceeded);
  cluster.SetImage("v2");
  cluster.SyncFails(ErrorKind::kQuotaExceeded);
  CHECK(cluster.SizeOf("v1") == 8);
  CHECK(cluster.Condition("ReplicaFailure").empty());
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  Proves("D-175");
}

TEST_CASE("a sync that never comes to the refused write leaves what was said of it") {
  Refusing cluster;
  TwoRevisions(cluster);
  cluster.Refuse("scale v2");
  cluster.Edit([](Json& d) {
    d["spec"]["paused"] = true;
    d["spec"]["replicas"] = 8;
  });
  cluster.SyncFails();
  REQUIRE(cluster.Condition("ReplicaFailure") == kTold);
  // The resume is written before anything else, and the process ends right after it.
  cluster.Edit([](Json& d) { d["spec"].erase("paused"); });
  cluster.Sync(1);
  CHECK(cluster.Condition("Progressing") == "Unknown DeploymentResumed");
  CHECK(cluster.Condition("ReplicaFailure") == kTold);
}

// Whom this serves: whose status would be behind until something else happens.
TEST_CASE("a status that lost a race is written soon, and what was waited for is kept (D-052)") {
  World world(3);
  const View view = world.view();
  const StatusDraft draft{.status = view.workload.status, .now = kNow};
  const Request status = view.workload.kind.WriteStatus(view.workload, draft);
  const Learned lost = {OutcomeOf(status, Error{ErrorKind::kConflict, "changed"})};
  const Step end = UnlessStatusRefused(view.workload, lost, Wait{.look_again_in = seconds(7)});
  REQUIRE(std::holds_alternative<Failed>(end));
  CHECK(std::get<Failed>(end).error.kind == ErrorKind::kConflict);
  CHECK(std::get<Failed>(end).look_again_in == seconds(7));
  CHECK(std::holds_alternative<Wait>(UnlessStatusRefused(view.workload, {}, Wait{})));
  Proves("D-052");
}

TEST_CASE("a status that was not stored ends the sync, unless it is refused for good (RO-058)") {
  const auto [kind, ends] = GENERATE(values<std::pair<ErrorKind, bool>>({
      {ErrorKind::kConflict, true},
      {ErrorKind::kNotFound, true},
      {ErrorKind::kForbidden, false},
      {ErrorKind::kInvalid, false},
  }));
  CAPTURE(Name(kind));
  World world(3);
  const View view = world.view();
  const StatusDraft draft{.status = view.workload.status, .now = kNow};
  const Request status = view.workload.kind.WriteStatus(view.workload, draft);
  CHECK_FALSE(EndIfStatusLost(view.workload, {OutcomeOf(status, Reply{"{}"})}, true));
  const bool or_may_pass = GENERATE(true, false);
  const auto after = [&](ErrorKind error) {
    const Learned learned = {OutcomeOf(status, Error{error, "no"})};
    return EndIfStatusLost(view.workload, learned, or_may_pass).has_value();
  };
  CHECK(after(kind) == ends);
  CHECK(after(ErrorKind::kWebhook) == or_may_pass);
  CHECK(after(ErrorKind::kTimeout) == or_may_pass);
  Proves("RO-058");
}

}  // namespace
}  // namespace windlass::workload::refused_status_test
