// What a sync reports: events about its Deployment or the object they name, and refused writes.
// When it writes a status that may wait. What it learns from a list of Pods.
#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/in_place/phases/decisions.h"
#include "controller/runtime/sync.h"
#include "controller/workload/decisions.h"
#include "kubeclient/api/parts.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/random.h"
#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::sync_tells_test {
namespace {

using nlohmann::json;

const ObjectKey kWeb = {"shop", "web"};
const Uid kPodUid = *Uid::Parse("11111111-1111-4222-8333-444455556666");

Event AboutPod() {
  return {Event::Type::kNormal, "InPlacePatched", "app: app:1 to app:2",
          ObjectReference{"v1", "Pod", {"shop", "web-1"}, kPodUid, {"7"}}};
}
Event AboutDeployment() { return {Event::Type::kNormal, "InPlaceStarted", "to revision 6"}; }

// A sync of web whose steps come from `next`.
struct SyncWorld : ClientWorld {
  explicit SyncWorld(std::function<Step(const Learned&)> next) : ClientWorld({.qps = 0}) {
    controller.objects[kWeb] = *Uid::Parse(kUid);
    controller.plan = [next = std::move(next)](const ObjectKey&, const Learned& learned) {
      return next(learned);
    };
  }

  void Run(std::optional<MonotonicTime> put_off_since = std::nullopt) {
    ended.reset();
    SyncHooks hooks;
    hooks.done = [this](const SyncResult& result) { ended = result; };
    hooks.next_turn = [](const std::function<void()>& go_on) { go_on(); };
    sync = std::make_unique<Sync>(
        SyncEnvironment{clock, log, client, events, folds, controllers, timers}, QueueKey{kWeb},
        std::move(hooks), put_off_since);
    sync->Start();
  }
  // Returns "InPlacePatched Pod/web-1 11111111-…" for each Event sent, in order.
  std::vector<std::string> Told() {
    while (transport.waiting() > 0) transport.Answer(Success("e"));  // one is under way at a time
    std::vector<std::string> told;
    for (const HttpRequest& http : transport.sent) {
      if (http.method != HttpMethod::kPost) continue;
      const json body = json::parse(http.body);
      if (!body.contains("kind") || body["kind"] != "Event") continue;
      const json& about = body["involvedObject"];
      told.push_back(body["reason"].get<std::string>() + " " + about["kind"].get<std::string>() +
                     "/" + about["name"].get<std::string>() + " " +
                     about["uid"].get<std::string>());
    }
    return told;
  }

  Random random{1};
  RecordingLog log;
  EventRecorder events{clock, log, client};
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  std::unique_ptr<Sync> sync;
  std::optional<SyncResult> ended;
};

const std::string kDeploymentTold = std::string("InPlaceStarted Deployment/web ") + kUid;
const std::string kPodTold = "InPlacePatched Pod/web-1 " + kPodUid.ToString();

TEST_CASE("An event is reported by the component of the sync's controller") {
  SyncWorld world([](const Learned&) -> Step { return Wait{.events = {AboutPod()}}; });
  world.Run();
  REQUIRE(world.Told().size() == 1);
  const json body = json::parse(world.transport.sent.at(0).body);
  CHECK(body["source"]["component"] == world.controller.component());
  CHECK(body["reportingComponent"] == world.controller.component());
}

TEST_CASE("An event that names an object is about that object, any other about the Deployment") {
  SyncWorld world(
      [](const Learned&) -> Step { return Wait{.events = {AboutDeployment(), AboutPod()}}; });
  world.Run();
  CHECK(world.Told() == std::vector<std::string>{kDeploymentTold, kPodTold});
}

TEST_CASE("A Pod is told of even when its Deployment has gone meanwhile") {
  SyncWorld* current = nullptr;
  SyncWorld world([&current](const Learned&) -> Step {
    current->controller.objects.clear();
    return Wait{.events = {AboutDeployment(), AboutPod()}};
  });
  current = &world;
  world.Run();
  CHECK(world.Told() == std::vector<std::string>{kPodTold});
}

// `at` is the function that fails. The API server answers the request, if there is one.
TEST_CASE("An assertion about a request is a fault of its sync alone (Q-014)") {
  const std::string at = GENERATE("ViewAt", "check", "BeforeRead", "BeforeWrite", "digest");
  CAPTURE(at);
  const bool writes = at == "ViewAt" || at == "check" || at == "BeforeWrite";
  SyncWorld world([&](const Learned& learned) -> Step {
    if (!learned.empty()) return Wait{};
    if (writes) {
      return Write{.request = PatchOf("web"),
                   .because = {in_place::decisions::kPatchPod, {}},
                   .on_success = {AboutDeployment()},
                   .check = [&](std::string_view) -> Status {
                     WL_ASSERT(at != "check");
                     return Unit{};
                   }};
    }
    return Read{.request = Request::Get(resources::kDeployments, kWeb),
                .why = "a test",
                .digest = [&](std::string_view) -> Result<AnyValue> {
                  WL_ASSERT(at != "digest");
                  return AnyValue::Of(1);
                }};
  });
  world.controller.on_question = [&](std::string_view question, const ObjectKey&) {
    WL_ASSERT(question != at);
  };
  world.Run();
  const bool is_sent = at == "check" || at == "digest";
  CHECK(world.transport.waiting() == (is_sent ? 1U : 0U));
  if (is_sent) world.transport.Answer(Success());
  REQUIRE(world.ended);
  CHECK(world.ended->kind == SyncResult::Kind::kInternal);
  CHECK(std::ranges::any_of(world.log.lines, [](const std::string& line) {
    return line.starts_with("error internal error in a sync deployment=shop/web ");
  }));
  CHECK(world.Told().empty());
}

TEST_CASE("A refused write is told with its reason, before anything else is planned") {
  int plans = 0;
  SyncWorld world([&plans](const Learned&) -> Step {
    if (++plans > 1) return Wait{};
    return Write{.request = PatchOf("web"),
                 .because = {in_place::decisions::kPatchPod, {}},
                 .go_on_if_refused = true};
  });
  world.Run();
  CHECK(world.controller.not_written.empty());
  world.transport.Answer(Refusal(409, "Conflict", "the object has been modified"));
  CHECK(world.controller.not_written == std::vector<std::string>{"patch pod: Conflict"});
  CHECK(plans == 2);
}

TEST_CASE("A write is under way from its sending until its outcome is known (P-038)") {
  const auto [code, left] = GENERATE(table<int, size_t>({{200, 0}, {422, 0}, {409, 0}, {500, 1}}));
  CAPTURE(code);
  int plans = 0;
  SyncWorld world([&plans](const Learned&) -> Step {
    if (++plans > 1) return Wait{};
    return Write{.request = PatchOf("web"),
                 .because = {in_place::decisions::kPatchPod, {}},
                 .go_on_if_refused = true};
  });
  const auto under_way = [&world] {
    return world.folds.UnderWay(resources::kDeployments, kWeb.namespace_).size();
  };
  world.Run();
  CHECK(under_way() == 1);
  world.transport.Answer(code == 200 ? Success() : Refusal(code, "Reason", "no"));
  CHECK(under_way() == left);
}

struct AnswerRow {
  int code;
  std::string reason;
  bool goes_on;
};

TEST_CASE(
    "After a refused write the planner has the last word; other failures end the sync (S-003)") {
  const AnswerRow row = GENERATE(values<AnswerRow>({
      {403, "Forbidden", true},
      {422, "Invalid", true},
      {404, "NotFound", false},
      {409, "Conflict", false},
      {500, "InternalError", false},  // a lost reply
  }));
  CAPTURE(row.code);
  Learned seen;
  int plans = 0;
  SyncWorld world([&](const Learned& learned) -> Step {
    if (++plans == 1) {
      return Write{.request = PatchOf("web"),
                   .because = {workload::decisions::kScaleReplicaSet, {{"to", 3}}}};
    }
    seen = learned;
    return Failed{.error = learned.back().said.error()};
  });
  world.Run();
  world.transport.Answer(Refusal(row.code, row.reason, "no, says the server"));
  CHECK(plans == (row.goes_on ? 2 : 1));
  REQUIRE(world.ended.has_value());
  CHECK((world.ended->kind == SyncResult::Kind::kRetry) == row.goes_on);
  if (!row.goes_on) return;
  CHECK(world.ended->longest == kPolicyRetryMax);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].ends_walk);
  CHECK(seen[0].said.error().message == "no, says the server");
  REQUIRE(world.log.lines.size() == 1);  // once, with the numbers of the decision
  CHECK(world.log.lines[0].find("refused: scale replicaset") != std::string::npos);
  CHECK(world.log.lines[0].find("to=3") != std::string::npos);
}

TEST_CASE("A failure that is urgent is tried again after a minute at most (Q-005)") {
  const ErrorKind kind =
      GENERATE(ErrorKind::kForbidden, ErrorKind::kInvalid, ErrorKind::kQuotaExceeded);
  const Retry retry = GENERATE(Retry::kBackOff, Retry::kOnSpecChange);
  SyncWorld world([&](const Learned&) -> Step {
    return Failed{.error = {kind, "no"}, .retry = retry, .is_urgent = true};
  });
  world.Run();
  REQUIRE(world.ended.has_value());
  CHECK(world.ended->longest == kRetryMax);
}

// A plan that always wants the same write.
Step Scale(const Learned&) {
  return Write{.request = PatchOf("web"), .because = {workload::decisions::kScaleReplicaSet, {}}};
}

// Whom this serves: who reads Events while a policy caps ReplicaSets, and each retry writes a size.
TEST_CASE("A size that the server accepts and does not keep is not told as done (D-434)") {
  const bool kept = GENERATE(false, true);
  const size_t blanks = GENERATE(size_t{0}, size_t{100000});  // large replies are dropped later
  Learned seen;
  SyncWorld world([&](const Learned& learned) -> Step {
    seen = learned;
    if (!learned.empty()) return Wait{};
    return Write{.request = PatchOf("web"),
                 .because = {workload::decisions::kScaleReplicaSet, {{"to", 8}}},
                 .on_success = {AboutDeployment()},
                 .check = [kept](std::string_view) -> Status {
                   if (kept) return Unit{};
                   return Error{ErrorKind::kInvalid, "it keeps 4"};
                 }};
  });
  world.Run();
  HttpResponse reply = Success();
  reply.body += std::string(blanks, ' ');
  world.transport.Answer(std::move(reply));
  REQUIRE(world.ended.has_value());
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].said.ok());
  CHECK(seen[0].not_kept() == !kept);
  CHECK(world.Told().size() == (kept ? 1U : 0U));
  REQUIRE(world.log.lines.size() == 1);
  CHECK((world.log.lines[0].find("it keeps 4") != std::string::npos) == !kept);
  Proves("D-434");
}

// Whom this serves: who reads Events while a webhook removes the annotation that a write is about.
TEST_CASE("Events are sent only if the reply shows what they tell (P-084)") {
  const bool shown = GENERATE(false, true);
  const size_t blanks = GENERATE(size_t{0}, size_t{100000});  // large replies are dropped later
  Learned seen;
  SyncWorld world([&](const Learned& learned) -> Step {
    seen = learned;
    if (!learned.empty()) return Wait{};
    return Write{.request = PatchOf("web"),
                 .because = {workload::decisions::kScaleReplicaSet, {{"to", 8}}},
                 .on_success = {AboutDeployment()},
                 .shows = [&](std::string_view reply) { return shown && reply.size() > blanks; }};
  });
  world.Run();
  HttpResponse reply = Success();
  reply.body += std::string(blanks, ' ');
  world.transport.Answer(std::move(reply));
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].said.ok());
  CHECK_FALSE(seen[0].kept.has_value());  // nothing is known of the rest of the write
  CHECK(world.Told().size() == (shown ? 1U : 0U));
  Proves("P-084");
}

// Whom this serves: who reads the status after a policy was taken away between two writes of a
// sync.
TEST_CASE("Of several writes of one object the latest says whether its size is kept (D-434)") {
  const RequestKey asked = PatchOf("web").Identity();
  const auto after = [&](std::optional<Status> kept) {
    Outcome outcome{.asked = asked, .said = Reply{}};
    outcome.kept = std::move(kept);
    return outcome;
  };
  const Status other = Error{ErrorKind::kInvalid, "it keeps 4"};
  const auto find = [&](const Learned& learned) {
    return FindNotKept(learned, asked.resource, asked.key);
  };
  CHECK(find({}) == nullptr);
  const Learned still = {after(Status(Unit{})), after(other), after(std::nullopt)};
  CHECK(find(still) == &still[1]);
  CHECK(FindNotKept(still, asked.resource, {"shop", "other"}) == nullptr);
  CHECK(find({after(other), after(Status(Unit{}))}) == nullptr);
  Proves("D-434");
}

TEST_CASE("A write whose reply cannot be decoded is as uncertain as one without (S-003)") {
  SyncWorld world(&Scale);
  FoldTable::Row row;
  row.fold = [](const Request&, std::string_view) -> Status {
    return Error{ErrorKind::kMalformed, "no object"};
  };
  world.folds.Add(resources::kDeployments, std::move(row));
  world.Run();
  world.transport.Answer(Success());
  REQUIRE(world.ended.has_value());
  CHECK(world.ended->kind == SyncResult::Kind::kUncertain);
  CHECK(world.ended->unverified.has_value());
}

// Whom this serves: everybody, while a watch is dead or lags. The garbage collector deletes what is
// made for an object that is gone, and it would be made again. And the Pods of a ReplicaSet that is
// gone would count, so that old Pods are removed for them. An adoption goes on: its ReplicaSet does
// not count before it is adopted.
TEST_CASE("An object that a write does not find is looked for before anything is planned (S-003)") {
  const auto [subresource, may_go_on, looks] = GENERATE(table<std::string, bool, bool>(
      {{"status", true, true}, {"", false, true}, {"", true, false}}));
  SyncWorld world([&](const Learned& learned) -> Step {
    if (!learned.empty()) return Wait{};
    return Write{
        .request = Request::MergePatch(resources::kDeployments, Version("web"), subresource, "{}"),
        .because = {workload::decisions::kUpdateStatus, {}},
        .go_on_if_refused = may_go_on};
  });
  world.Run();
  world.transport.Answer(Refusal(404, "NotFound", "deployments.apps \"web\" not found"));
  REQUIRE(world.ended.has_value());
  CHECK((world.ended->kind == SyncResult::Kind::kUncertain) == looks);
  CHECK(world.ended->unverified.has_value() == looks);
}

TEST_CASE("A sync that has waited 30 s for the server ends between two steps (Q-013)") {
  int plans = 0;
  SyncWorld world([&plans](const Learned& learned) -> Step {
    ++plans;
    return Scale(learned);
  });
  world.Run();
  world.Advance(kSyncDeadline + seconds(1));
  world.transport.Answer(Success());
  CHECK(plans == 1);
  REQUIRE(world.ended.has_value());
  CHECK(world.ended->kind == SyncResult::Kind::kRetry);
}

TEST_CASE("A sync that fails is tried again, and looks again when time alone changes something") {
  const ErrorKind kind = GENERATE(ErrorKind::kWebhook, ErrorKind::kForbidden, ErrorKind::kConflict);
  SyncWorld world([kind](const Learned&) -> Step {
    return Failed{.error = {kind, "no"}, .look_again_in = seconds(10)};
  });
  world.Run();
  REQUIRE(world.ended.has_value());
  const bool conflict = kind == ErrorKind::kConflict;
  CHECK(world.ended->kind == (conflict ? SyncResult::Kind::kConflict : SyncResult::Kind::kRetry));
  CHECK(world.ended->look_again_in == seconds(10));
}

// Returns a plan whose only write may wait for `patience`.
std::function<Step(const Learned&)> Patiently(const Duration& patience) {
  return [&patience](const Learned& learned) -> Step {
    if (!learned.empty()) return Wait{};
    return Write{.request = PatchOf("web"),
                 .because = {workload::decisions::kUpdateStatus, {}},
                 .patience = patience};
  };
}

TEST_CASE("A write is put off until its patience is over, counted from the first sync (C-006)") {
  Duration patience = seconds(10);
  SyncWorld world(Patiently(patience));
  const MonotonicTime since = world.clock.Now();
  world.Run();
  REQUIRE(world.ended.has_value());
  CHECK(world.ended->look_again_in == seconds(10));
  world.Advance(milliseconds(400));
  SECTION("of the latest sync, which may be shorter") {
    patience = seconds(1);
    world.Run(world.ended->put_off_since);
    REQUIRE(world.ended.has_value());
    CHECK(world.ended->look_again_in == milliseconds(600));
    world.Advance(milliseconds(600));
  }
  SECTION("also if it grows shorter than what has passed") {
    world.Advance(seconds(3));
    patience = seconds(1);
  }
  SECTION("also if another sync fails meanwhile") {
    patience = Duration{0};
    world.Run(world.ended->put_off_since);
    world.transport.Answer(Refusal(409, "Conflict", "the object has been modified"));
    REQUIRE(world.ended.has_value());
    CHECK(world.ended->kind == SyncResult::Kind::kConflict);
    CHECK(world.ended->put_off_since == since);
    patience = seconds(10);
    world.Advance(milliseconds(9600));
  }
  const size_t before = world.transport.sent.size();
  world.Run(world.ended->put_off_since);
  CHECK(world.transport.sent.size() == before + 1);
}

// Whom this serves: who reads counters while a readiness gate is set on one Pod after another.
TEST_CASE("A status of a Pod does not put the own status off anew (C-006)") {
  const Write gate{.request = Request::MergePatch(
                       resources::kPods, {{"shop", "web-1"}, kPodUid, {"7"}}, "status", "{}"),
                   .because = {workload::decisions::kUpdateStatus, {}}};
  SyncWorld world([&](const Learned& learned) -> Step {
    if (learned.empty()) return gate;
    return Write{.request = PatchOf("web"),
                 .because = {workload::decisions::kUpdateStatus, {}},
                 .patience = seconds(1)};
  });
  const MonotonicTime since = world.clock.Now();
  world.Advance(milliseconds(900));
  world.Run(since);
  world.transport.Answer(Success("web-1"));
  REQUIRE(world.ended.has_value());
  CHECK(world.ended->put_off_since == since);
  CHECK(world.ended->look_again_in == milliseconds(100));
}

// One Pod of a ReplicaSet whose uid is kUid.
std::string ListOfOnePod(const std::string& continue_token = "") {
  const json owners = json::array({{{"controller", true}, {"uid", kUid}}});
  const json pod = {{"metadata", {{"uid", kPodUid.ToString()}, {"ownerReferences", owners}}}};
  const json metadata = {{"resourceVersion", "5"}, {"continue", continue_token}};
  return json{{"kind", "PartialObjectMetadataList"},
              {"apiVersion", "meta.k8s.io/v1"},
              {"metadata", metadata},
              {"items", json::array({pod})}}
      .dump();
}

Read ListOfPods(std::string label_selector) {
  return {.request = Request::List(resources::kPods, kWeb.namespace_,
                                   MetadataOfLivePods(std::move(label_selector))),
          .why = "which Pods are left",
          .digest = DigestBy(&ControlledPods)};
}

TEST_CASE("A list of Pods is decoded when it arrives, once, and its body is not kept") {
  const Read list = ListOfPods("app=web");
  Learned seen;  // of the list, in each later step of the sync
  SyncWorld world([&](const Learned& learned) -> Step {
    if (learned.empty()) return list;
    seen.push_back(learned.front());
    if (learned.size() == 1) return ListOfPods("app=other");
    return Wait{};
  });
  world.Run();
  world.transport.Answer(HttpResponse{200, "application/json", ListOfOnePod(), {}});
  world.transport.Answer(HttpResponse{200, "application/json", ListOfOnePod(), {}});
  REQUIRE(world.ended.has_value());
  REQUIRE(seen.size() == 2);
  for (const Outcome& listed : seen) {
    CHECK(listed.asked == list.request.Identity());
    REQUIRE(listed.said.ok());
    CHECK(listed.said->body.empty());
    CHECK(listed.value.Get<std::vector<ListedPod>>() ==
          std::vector<ListedPod>{{kPodUid, *Uid::Parse(kUid)}});
  }
  // Both steps share what was decoded.
  CHECK(seen[0].value.As<std::vector<ListedPod>>() == seen[1].value.As<std::vector<ListedPod>>());
}

TEST_CASE("A refused read ends the sync, unless the planner can go on without it") {
  const bool go_on = GENERATE(false, true);
  const Request dry_run = Request::DryRunCreate(resources::kPods, {"shop", "web-1"}, "{}");
  Learned seen;
  SyncWorld world([&](const Learned& learned) -> Step {
    seen = learned;
    if (learned.empty()) return Read{dry_run, "would a Pod be admitted", go_on};
    return Wait{};
  });
  world.Run();
  world.transport.Answer(Refusal(422, "Invalid", "spec.containers: Required value"));
  REQUIRE(world.ended.has_value());
  CHECK((world.ended->kind == SyncResult::Kind::kDone) == go_on);
  REQUIRE(seen.empty() != go_on);
  if (go_on) {
    CHECK(seen.front().asked == dry_run.Identity());
    CHECK(seen.front().said.error().kind == ErrorKind::kInvalid);
    CHECK_FALSE(seen.front().ends_walk);
  }
}

TEST_CASE("The planner goes on without a read only if the server answered it (RO-092)") {
  struct Row {
    ErrorKind kind;
    bool plain;      // goes on after any read
    bool forgiving;  // goes on after a read with go_on_if_refused
  };
  const Row row = GENERATE(values<Row>({
      {ErrorKind::kNotFound, true, true},
      {ErrorKind::kInvalid, false, true},
      {ErrorKind::kForbidden, false, true},
      {ErrorKind::kQuotaExceeded, false, true},
      {ErrorKind::kWebhook, false, true},
      {ErrorKind::kThrottled, false, true},
      {ErrorKind::kServer, false, true},
      {ErrorKind::kAlreadyExists, false, true},
      {ErrorKind::kTooLarge, false, true},
      {ErrorKind::kConflict, false, false},
      {ErrorKind::kNamespaceTerminating, false, false},
      {ErrorKind::kNotSent, false, false},
      {ErrorKind::kAmbiguous, false, false},
      {ErrorKind::kUnauthorized, false, false},
      {ErrorKind::kMalformed, false, false},
  }));
  CAPTURE(Name(row.kind));
  const Request get = GetOf("web");
  CHECK(GoesOnAfter(Read{get, "why"}, row.kind) == row.plain);
  CHECK(GoesOnAfter(Read{get, "why", true}, row.kind) == row.forgiving);
  Proves("RO-092");
}

TEST_CASE("A list of Pods that cannot be read is an error, and an object is kept as it came") {
  const Read list = ListOfPods("app=web");
  const Outcome half = OutcomeOf(list, Reply{ListOfOnePod("further pages")});
  REQUIRE_FALSE(half.said.ok());
  CHECK(half.said.error().kind == ErrorKind::kMalformed);
  CHECK(half.value.As<std::vector<ListedPod>>() == nullptr);
  const Outcome refused = OutcomeOf(list, Error{ErrorKind::kForbidden, "no"});
  CHECK(refused.said.error().kind == ErrorKind::kForbidden);
  CHECK(OutcomeOf(GetOf("web"), Reply{"{}"}).said->body == "{}");
}

TEST_CASE("Of a read only the parts are kept that the planner looks at (R-067)") {
  static constexpr std::string_view kParts[] = {"/metadata/name"};
  const std::string object = R"({"metadata":{"name":"a","uid":"u"},"spec":{}})";
  const Read get{.request = GetOf("web"),
                 .why = "a test",
                 .digest = DigestBy([](std::string_view body) { return KeepParts(body, kParts); })};
  const Outcome got = OutcomeOf(get, Reply{object});
  CHECK(got.value.Get<std::string>() == R"({"metadata":{"name":"a"}})");
  CHECK(got.value.bytes() == got.value.Get<std::string>().size());
  CHECK(got.said->body.empty());
  const Read list{
      .request = Request::List(resources::kReplicaSets, kWeb.namespace_),
      .why = "a test",
      .digest = DigestBy([](std::string_view body) { return KeepPartsOfItems(body, kParts); })};
  CHECK(OutcomeOf(list, Reply{"{\"items\":[" + object + "]}"}).value.Get<std::string>() ==
        R"({"items":[{"metadata":{"name":"a"}}]})");
  CHECK(OutcomeOf(list, Reply{"[]"}).said.error().kind == ErrorKind::kMalformed);
  Proves("R-067");
}

}  // namespace
}  // namespace windlass::sync_tells_test
