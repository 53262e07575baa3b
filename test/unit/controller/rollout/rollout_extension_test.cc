// What a Rollout does about a template that the API server refuses, or does not judge.
#include "controller/rollout/rollout_extension.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/in_place/phases/extended_values.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/decisions.h"
#include "controller/workload/own_reasons.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::rollout_extension_test {
namespace {

constexpr const char* kWords = "Pod \"web-dry-run\" is invalid: spec.containers[0].image: Required";
const std::string kMessage = std::string("the API server refuses spec.template: ") + kWords;

// 10 Pods of the revision before; the new template has no ReplicaSet, and no steps.
struct Fixture : Stepped {
  Fixture() {
    steps.clear();
    AddOld(10);
  }
  // The API server has just said this of the Pod.
  void Say(DryRunVerdict verdict, std::string words) {
    checks.pod = {
        .verdict = verdict,
        .message = std::move(words),
        .until = kStart + (verdict == DryRunVerdict::kRefused ? seconds(300) : seconds(600))};
  }
};

std::vector<std::string> ReasonsOf(const std::vector<Event>& events) {
  std::vector<std::string> reasons;
  for (const Event& event : events) reasons.push_back(event.reason);
  return reasons;
}

TEST_CASE("a Rollout asks before it makes a ReplicaSet, for whatever reason (RO-090)") {
  Fixture f;
  f.checks.pod = {};
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  const Read read = f.NextAs<Read>(moment);
  CHECK(read.request.verb() == Verb::kDryRunCreate);
  CHECK(read.request.resource() == resources::kPods);
  CHECK(read.go_on_if_refused);
  CHECK_FALSE(f.Next(Moment::kRecover));
  CHECK_FALSE(f.Next(Moment::kWhilePaused));
  Proves("RO-090");
}

TEST_CASE("a status says whether a ReplicaSet has the template (RO-069)") {
  Fixture f;
  const auto lacks = [&] {
    const WorkloadStatus draft = f.Updated();
    return ReadOwn(draft.carried).lacks_replica_set;
  };
  CHECK(lacks());
  f.AddNew(0, 0);
  CHECK_FALSE(lacks());
  Proves("RO-069");
}

TEST_CASE("a status names the ReplicaSets of both revisions (RO-155)") {
  Fixture f;  // one old ReplicaSet, web-1, whose revision is published
  f.KeepStable(1);
  const auto named = [&] {
    const WorkloadStatus draft = f.Updated();
    const RolloutOwn told = ReadOwn(draft.carried);
    const auto text = [](const NamedReplicaSet& rs) {
      return std::string(rs.name.text()) + " " + std::string(rs.template_hash.text());
    };
    return text(told.current_replica_set) + ", " + text(told.stable_replica_set);
  };
  SECTION("a template without a ReplicaSet: Pods keep the published revision") {
    CHECK(named() == "web-1 web-1, web-1 web-1");
  }
  SECTION("midway") {
    f.AddNew(2, 2);
    CHECK(named() == "web-2 web-2, web-1 web-1");
  }
  SECTION("an abort: the stable one has another number now") {
    f.AddNew(2, 2);
    f.follow_revision = 1;
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
    f.replica_sets[0].meta.annotations.Set(workload::kRevisionHistory, "1");
    CHECK(named() == "web-1 web-1, web-1 web-1");
  }
  SECTION("the stable one is gone") {
    f.AddNew(2, 2);
    f.KeepStable(7);
    CHECK(named() == "web-2 web-2,  ");
  }
  SECTION("no revision was ever complete") {
    f.AddNew(2, 2);
    f.status.carried = KindStatus(RolloutOwn{});
    CHECK(named() == "web-2 web-2,  ");
  }
  SECTION("a ReplicaSet without the label") {
    f.AddNew(2, 2).meta.labels = {{"app", "web"}};
    CHECK(named() == "web-2 , web-1 web-1");
  }
  Proves("RO-155");
}

TEST_CASE("a dry run comes before the first step (RO-090)") {
  Fixture f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause()};
  f.checks.pod = {};
  const std::optional<Step> step = f.Next();
  REQUIRE(step);
  CHECK(std::holds_alternative<Read>(*step));
  Proves("RO-090");
}

TEST_CASE("of a template that the API server refuses, nothing is rolled out (RO-091)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  CHECK(f.Sit().extended.refused->reason == kInvalidTemplate);

  const Write write = f.NextAs<Write>(moment);
  CHECK(write.because.decision == workload::decisions::kUpdateStatus);
  CHECK(ReasonsOf(write.on_success) == std::vector<std::string>{"InvalidTemplate"});
  CHECK(write.on_success[0].message == kMessage);
  CHECK(write.on_success[0].type == Event::Type::kWarning);
  f.Publish();
  CHECK(f.status.observed_generation == 2);
  CHECK(ReasonIn(f.status.conditions) == "False InvalidTemplate");
  CHECK(FindCondition(f.status.conditions, "Progressing")->message == kMessage);
  CHECK(f.Own().verdict == RolloutVerdict{"InvalidTemplate", kMessage});

  // The next sync has nothing to do, and looks again when the server is to be asked again.
  f.now = kStart + seconds(60);
  const std::optional<Step> then = f.Next(moment);
  REQUIRE(then);
  REQUIRE(std::holds_alternative<Wait>(*then));
  const Step end = f.extension.End(f.Sit(), *then);
  CHECK(std::get<Wait>(end).look_again_in == seconds(240));
  Proves("RO-091 RO-093");
}

// Under Recreate the old Pods go before there is a new ReplicaSet.
TEST_CASE("a template that was corrected is not said to be refused (RO-093)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  REQUIRE(f.Next());
  f.Publish();
  REQUIRE(ReasonIn(f.status.conditions) == "False InvalidTemplate");
  f.Say(DryRunVerdict::kAccepted, "");
  f.meta.generation = 3;
  f.now = kStart + seconds(700);  // the deadline does not count from the refusal
  const bool held_up = GENERATE(false, true);
  const auto write = held_up ? workload::WriteHeldUp(f.Sit())
                             : workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate);
  REQUIRE(write);
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  CHECK_FALSE(f.Own().verdict);
  Proves("RO-093");
}

// Progressing is absent, so Events tell of the refused create, and of what the status says anew.
TEST_CASE("without a deadline a refused create takes back a refused template (RO-093)") {
  Fixture f;
  f.progress_deadline_seconds = kUnlimited;
  RolloutOwn own;
  own.verdict = RolloutVerdict{"InvalidTemplate", "of before"};
  f.status.carried = KindStatus(own);
  f.Say(DryRunVerdict::kNoVerdict, "exceeded quota: pods");
  const std::optional<Step> step = workload::WriteCreateError(f.Sit(), "exceeded quota");
  REQUIRE(step);
  CHECK(ReasonsOf(std::get<Write>(*step).on_success) ==
        std::vector<std::string>{"TemplateNotChecked"});
  f.Publish();
  CHECK_FALSE(f.Own().verdict);
  CHECK(ReasonIn(f.status.conditions).empty());
  Proves("RO-093");
}

// One of ten Pods of the revision that was complete is not available.
TEST_CASE("a revision that was complete stays so after a pause or a refusal (RO-067)") {
  Fixture f;
  f.replica_sets.clear();
  f.Add(1, 10, 9, 100);
  f.status.observed_generation = 2;
  f.status.replicas = f.status.updated_replicas = 10;
  f.status.ready_replicas = f.status.available_replicas = 9;
  f.status.unavailable_replicas = 1;
  RolloutOwn own;
  own.stable_revision = 1;
  const std::string reason = GENERATE("RolloutResumed", "InvalidTemplate", "RolloutAborted");
  const std::string status = reason == "RolloutResumed" ? "Unknown" : "False";
  f.SetProgressing(status, reason, "before");
  std::string want = "True NewReplicaSetAvailable";
  SECTION("it is the stable one") {}
  SECTION("it was the stable one before it went back to it") {  // RO-031
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
    f.replica_sets[0].meta.annotations.Set(workload::kRevisionHistory, "1");
    f.revision = "3";
  }
  SECTION("its Pods are not there yet") {
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
    f.replica_sets[0].meta.annotations.Set(workload::kRevisionHistory, "1");
    f.revision = "3";
    f.replica_sets[0].status.replicas = 0;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("under Recreate its Pods went before there was another revision") {
    f.strategy = Strategy::kRecreate;
    f.replica_sets[0].status.replicas = 0;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("its ReplicaSet was deleted and is made again") {
    f.replica_sets[0].status.replicas = 0;
    f.replica_sets[0].meta.creation_timestamp = kStart + seconds(1);
    want = reason == "RolloutAborted" ? "True FoundNewReplicaSet" : "True NewReplicaSetCreated";
  }
  SECTION("a ReplicaSet of another revision has not begun to make its Pods") {
    f.Add(3, 1, 0, 3).status.replicas = 0;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("another one is") {
    own.stable_revision = 7;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("Pods of another one are left") {
    f.Add(3, 1, 1, 3);
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  f.status.carried = KindStatus(own);
  WorkloadStatus draft = f.status;
  draft.conditions.push_back(workload::NewCondition("Available", "True", "", "", kStart));
  draft.replicas = 0;
  for (const ReplicaSet& rs : f.replica_sets) draft.replicas += rs.status.replicas;
  draft.updated_replicas = f.replica_sets[0].status.replicas;
  workload::UpdateProgressing(f.Sit(), draft);
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReasonIn(draft.conditions) == want);
  Proves("RO-067");
}

TEST_CASE("a refused template does not keep a Rollout from being scaled (RO-091)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  f.replicas = 4;
  const Request request = f.NextAs<Write>().request;
  CHECK(request.resource() == resources::kReplicaSets);
  CHECK(request.key().name == "web-1");
  CHECK(nlohmann::json::parse(request.body())["spec"]["replicas"] == 4);
  Proves("RO-091");
}

TEST_CASE("the refusal of a template begins no step (RO-091)") {
  Fixture f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause()};
  f.Say(DryRunVerdict::kRefused, kWords);
  REQUIRE(f.Next());
  CHECK_FALSE(f.WrittenStep());
  Proves("RO-091");
}

TEST_CASE("a refusal counts only for what is to be rolled out now (RO-091)") {
  Fixture f;
  f.Say(DryRunVerdict::kRefused, kWords);
  SECTION("not while the Rollout is paused") { f.paused = true; }
  SECTION("not while Pods follow another revision") { f.follow_revision = 1; }
  SECTION("not if a ReplicaSet has the template") { f.AddNew(0, 0); }
  CHECK_FALSE(f.Sit().extended.refused);
  RolloutOwn own;
  own.verdict = RolloutVerdict{"InvalidTemplate", "of before"};
  WorkloadStatus draft = f.status;
  draft.carried = KindStatus(own);
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK_FALSE(ReadOwn(draft.carried).verdict);
  Proves("RO-091 RO-096");
}

TEST_CASE("a shown refusal stays until the API server was asked again (RO-093)") {
  Fixture f;
  f.checks = {};  // as after a restart
  RolloutOwn own;
  own.verdict = RolloutVerdict{"InvalidTemplate", "of before"};
  f.status.carried = KindStatus(own);
  f.status.observed_generation = 2;
  WorkloadStatus draft = f.Updated();
  CHECK(ReadOwn(draft.carried).verdict == own.verdict);

  f.checks.replica_set.verdict = f.checks.pod.verdict = DryRunVerdict::kAccepted;
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK_FALSE(ReadOwn(draft.carried).verdict);
  Proves("RO-093");
}

// Returns the verdict of the status that `f` would write in `situation`.
std::optional<RolloutVerdict> VerdictIn(const Fixture& f, const workload::Situation& situation) {
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(situation, draft);
  return ReadOwn(draft.carried).verdict;
}

TEST_CASE("with nothing to abort to the verdict says so, paused or not (RO-062)") {
  Fixture f;
  f.follow_revision = 7;
  f.paused = GENERATE(false, true);
  const std::optional<RolloutVerdict> verdict = VerdictIn(f, f.Sit());
  REQUIRE(verdict);
  CHECK(verdict->reason == "NothingToAbortTo");
  CHECK(verdict->message.find("the replica set of revision 7") != std::string::npos);

  f.follow_revision = 1;  // revision 1 is there
  CHECK_FALSE(VerdictIn(f, f.Sit()));
  Proves("RO-062");
}

TEST_CASE("with nothing to abort to, the images are those of the current ReplicaSet (RO-153)") {
  Fixture f;
  f.follow_revision = 7;
  f.published_name = "web-1";
  ReplicaSet& current = f.replica_sets.front();
  RolloutOwn stored = f.Own();
  stored.images = "web:stored";
  std::string_view want;
  SECTION("it is that of spec.template") {
    current.template_fingerprint = {0, 100};
    want = "web:v2";
  }
  SECTION("its template is kept in memory") {
    current.template_json = std::make_shared<const std::string>(
        R"({"spec":{"containers":[{"name":"web","image":"web:kept"}]}})");
    want = "web:kept";
  }
  SECTION("the status has told them since") {
    stored.conditions = {workload::NewCondition("Stalled", "True", "NothingToAbortTo", "", kStart)};
    want = "web:stored";
  }
  SECTION("else they are not known: the stored ones may be of a template that no Pod has") {}
  SECTION("the status has told those of another ReplicaSet") {
    stored.conditions = {workload::NewCondition("Stalled", "True", "NothingToAbortTo", "", kStart)};
    f.published_name = "web-0";
  }
  SECTION("it is gone as well") {
    stored.conditions = {workload::NewCondition("Stalled", "True", "NothingToAbortTo", "", kStart)};
    f.replica_sets.clear();
  }
  f.status.carried = KindStatus(stored);
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReadOwn(draft.carried).current_replica_set.name == (f.replica_sets.empty() ? "" : "web-1"));
  CHECK(ReadOwn(draft.carried).images_of_abort == Symbol(want));
  Proves("RO-153");
}

// For the user whose Pods were all back when the ReplicaSet of the stable revision was deleted.
TEST_CASE("with nothing to abort to and no Pods, the verdict says so (RO-062)") {
  Fixture f;
  f.follow_revision = 7;
  const auto message = [&f] { return f.Sit().extended.refused->message; };
  CHECK(message().find("No Pod is changed. End the abort") != std::string::npos);
  f.replica_sets[0].replicas = 0;
  CHECK(message().find("No Pod is changed. End the abort") != std::string::npos);  // they terminate
  f.replica_sets[0].status.replicas = 0;
  CHECK(message().find("There are no Pods. End the abort") != std::string::npos);
  f.replicas = 0;
  CHECK(message().find("No Pod is changed. End the abort") != std::string::npos);
  Proves("RO-062");
}

// For whoever follows the canary's Pods by the hash in the status. Example: InPlaceOnly refuses to
// go back to revision 2.
TEST_CASE("an earlier revision that is not rolled out is not the current one (RO-155)") {
  Fixture f;
  f.AddNew(0, 0);
  f.Add(3, 10, 10, 7);
  f.revision = "3";
  std::string want = "web-2";
  SECTION("it is refused") { want = "web-3"; }
  SECTION("it is rolled out") {}
  workload::Situation situation = f.Sit();
  REQUIRE_FALSE(situation.extended.refused);
  if (want == "web-3") situation.extended.refused = {.reason = "InPlaceNotPossible", .message = ""};
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(situation, draft);
  CHECK(ReadOwn(draft.carried).current_replica_set.name == want);
  Proves("RO-155");
}

TEST_CASE("if there is something to abort to again, the images are its own at once (RO-153)") {
  Fixture f;
  f.follow_revision = 1;
  RolloutOwn stored = f.Own();
  stored.images = "web:v2";
  stored.stable_images = "web:v1";
  stored.conditions = {workload::NewCondition("Stalled", "True", "NothingToAbortTo", "", kStart)};
  f.status.carried = KindStatus(stored);
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReadOwn(draft.carried).images_of_abort == Symbol("web:v1"));
  Proves("RO-153");
}

TEST_CASE("an update in place that is not possible is a verdict while it is so (RO-062)") {
  const RolloutVerdict refused{"InPlaceNotPossible", "field spec.volumes changed"};
  Fixture f;
  f.paused = GENERATE(false, true);
  workload::Situation situation = f.Sit();
  situation.extended.refused = {.reason = refused.reason, .message = refused.message};
  const std::optional<RolloutVerdict> shown = VerdictIn(f, situation);
  CHECK(shown.has_value() == !f.paused);  // a paused Rollout says that it is paused
  if (shown) CHECK(*shown == refused);

  // When it is over, nothing of it stays, also if nothing was asked since.
  f.checks = {};
  RolloutOwn own;
  own.verdict = refused;
  f.status.carried = KindStatus(own);
  CHECK_FALSE(VerdictIn(f, f.Sit()));
  Proves("RO-062");
}

TEST_CASE("without a verdict the rollout goes on, with a Warning (RO-094)") {
  Fixture f;
  f.Say(DryRunVerdict::kNoVerdict, "exceeded quota: pods");
  CHECK_FALSE(f.Sit().extended.refused);
  CHECK_FALSE(f.Next());
  CHECK_FALSE(f.Next(Moment::kBeforeCreation));

  const std::vector<Event> events = f.extension.Events(f.Sit(), f.status);
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kWarning);
  CHECK(events[0].reason == "TemplateNotChecked");
  CHECK(events[0].message ==
        "the rollout goes on although the API server did not check spec.template: exceeded quota: "
        "pods");
  CHECK(events[0].at_most_every == seconds(600));
  CHECK_FALSE(std::get<Wait>(f.extension.End(f.Sit(), Wait{})).look_again_in);

  WorkloadStatus complete = f.status;
  complete.observed_generation = 2;
  complete.replicas = complete.updated_replicas = complete.available_replicas = 10;
  CHECK(f.extension.Events(f.Sit(), complete).empty());
  Proves("RO-094");
}

TEST_CASE("defaults that the API server does not tell hold up no rollout (RO-094)") {
  Fixture f;
  f.checks.replica_set = {
      .verdict = DryRunVerdict::kNoVerdict, .message = "no dry run", .until = {}};
  CHECK_FALSE(f.Next());
  const std::vector<Event> events = f.extension.Events(f.Sit(), f.status);
  REQUIRE(events.size() == 1);
  CHECK(events[0].reason == "TemplateNotChecked");
  CHECK(events[0].message ==
        "the rollout goes on although the API server did not return the defaults of spec.template: "
        "no dry run");
  Proves("RO-094");
}

TEST_CASE("with steps that cannot be read no update in place begins (RO-079)") {
  Fixture f;
  f.AddNew(0, 0);
  f.replica_sets[0].template_json = std::make_shared<const std::string>(f.template_json);
  const bool readable = GENERATE(true, false);
  if (!readable) f.strategy_error = "spec.strategy.partition: \"some\" is no number";
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.now = in_place::phases::Deciding{.host = &f.replica_sets[0]};
  situation.extended.activity = in_place::ExtendedBy(situation, found).activity;
  situation.extension_state = std::make_shared<in_place::InPlaceState>(found);
  CHECK(f.extension.Next(situation, Moment::kWhileRunning).has_value() == readable);
  Proves("RO-079");
}

// Nothing is known of the template's defaults, and the API server has just failed to tell them.
struct NotTold : Fixture {
  explicit NotTold(int32_t size = 10, const Error& error = Busy()) {
    replicas = size;
    checks.replica_set = {};
    const std::optional<Step> asked = Next();
    REQUIRE(asked);
    REQUIRE(std::holds_alternative<Read>(*asked));
    learned.push_back(OutcomeOf(std::get<Read>(*asked).request, error));
  }
  static Error Busy() {
    Error busy{ErrorKind::kServer, "the server is restarting"};
    busy.http_status = 503;
    return busy;
  }
};

TEST_CASE("no ReplicaSet is made before the API server tells the defaults (RO-097)") {
  NotTold f;
  const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
  SECTION("a rollout was complete") {
    f.status.observed_generation = 2;
    f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 10;
  }
  SECTION("none was, and the status says so") {}
  REQUIRE(std::holds_alternative<Write>(*f.Next(moment)));
  f.Publish();
  const Failed failed = f.NextAs<Failed>(moment);
  CHECK(failed.error.kind == ErrorKind::kServer);
  CHECK(failed.retry == Retry::kBackOff);
  REQUIRE(failed.events.size() == 1);
  CHECK(failed.events[0].type == Event::Type::kWarning);
  CHECK(failed.events[0].reason == "TemplateNotChecked");
  CHECK(failed.events[0].message ==
        "nothing is rolled out until the API server returns the defaults of spec.template: the "
        "server is restarting");
  Proves("RO-097");
}

// Users find both refusals in the same place.
TEST_CASE("a Recreate tells of a forbidden ReplicaSet as of a refused creation (RO-097)") {
  Error forbidden{ErrorKind::kForbidden, "denied by a policy"};
  forbidden.http_status = 403;
  NotTold f(10, forbidden);
  f.strategy = Strategy::kRecreate;
  f.checks.replica_set.verdict = DryRunVerdict::kForbidden;
  f.NextAs<Write>();
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "False ReplicaSetCreateError");
  Proves("RO-097");
}

TEST_CASE("Pods wait for the defaults until these are overdue (RO-122)") {
  NotTold f;
  CHECK(f.Sit().extended.new_one_unknown);
  CHECK_FALSE(f.Sit().extended.new_one_overdue);
  f.checks.defaults_overdue_from = f.now + seconds(20);
  CHECK_FALSE(f.Sit().extended.new_one_overdue);
  const Step end = f.extension.End(f.Sit(), Failed{});
  CHECK(std::get<Failed>(end).look_again_in == seconds(20));
  f.now = f.now + seconds(20);
  CHECK(f.Sit().extended.new_one_overdue);
  CHECK_FALSE(std::get<Failed>(f.extension.End(f.Sit(), Failed{})).look_again_in);
  Proves("RO-122");
}

// Its defaults are never asked for.
TEST_CASE("Pods do not wait for a template that no ReplicaSet can have (RO-122)") {
  Stepped f;
  f.AddOld(10);
  f.checks.replica_set = {};
  f.selector.match_labels.Set("pod-template-hash", "web-1");
  CHECK(f.Sit().extended.new_one_unknown);
  CHECK(f.Sit().extended.new_one_overdue);
  Proves("RO-122");
}

TEST_CASE("while the defaults are not told the status tells what there is (RO-097)") {
  NotTold f;
  f.SetProgressing("True", workload::kAvailableReason, "of the generation before");
  f.replica_sets[0].status.available_replicas = 7;
  f.NextAs<Write>();
  f.Publish();
  CHECK(f.status.observed_generation == 1);
  CHECK(ReadOwn(f.status.carried).not_told ==
        "nothing is rolled out until the API server returns the defaults of spec.template: the "
        "server is restarting");
  CHECK(f.status.replicas == 10);
  CHECK(f.status.updated_replicas == 0);
  CHECK(f.status.available_replicas == 7);
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  CHECK(std::holds_alternative<Failed>(*f.Next()));
  Proves("RO-097");
}

// As long as nothing else is known, these are of the generation before.
TEST_CASE("while the defaults are not told its step and condition in place stay (RO-097)") {
  NotTold f;
  f.steps = {SetUpdated(IntOrPercent::Int(1)), Pause(), SetUpdated(IntOrPercent::Percent("50%")),
             Pause()};
  f.in_place_settings = {{"windlass.dev/in-place", "Only"}};
  f.Store(4);
  RolloutOwn own = f.Own();
  own.step->template_id = "t-the-same-in-another-form";
  f.status.carried = KindStatus(own);
  f.SetProgressing("Unknown", "RolloutPausedAtStep", "Step 4 of 4");
  f.status.conditions.push_back(
      workload::NewCondition("windlass.dev/InPlace", "False", "Complete", "of before", kStart));
  CHECK(f.NextAs<Write>().on_success.empty());
  f.Publish();
  CHECK(f.Own().step == own.step);
  CHECK_FALSE(f.Own().verdict);
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  CHECK(ReasonIn(f.status.conditions, "windlass.dev/InPlace") == "False Complete");
  CHECK(std::holds_alternative<Failed>(*f.Next()));
  Proves("RO-055 RO-097");
}

TEST_CASE("a refusal stays while the API server does not answer anew (RO-093)") {
  NotTold f;
  const RolloutVerdict before{GENERATE("InvalidTemplate", "InPlaceNotPossible"), "of before"};
  RolloutOwn own;
  SECTION("with a deadline") { f.SetProgressing("False", before.reason, before.message); }
  SECTION("without one") {
    f.progress_deadline_seconds = kUnlimited;
    own.verdict = before;
  }
  f.status.carried = KindStatus(own);
  const bool is_new = GENERATE(false, true);
  if (!is_new) f.status.observed_generation = 2;
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  CHECK(f.Own().verdict == (is_new ? std::nullopt : std::optional(before)));
  Proves("RO-093 RO-097");
}

TEST_CASE("what was complete is so again once its template is known to be no new one (RO-067)") {
  NotTold f;
  f.replica_sets[0].status.ready_replicas = f.replica_sets[0].status.available_replicas = 9;
  f.KeepStable(1);
  f.SetProgressing("True", workload::kAvailableReason, "of the generation before");
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  REQUIRE(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");

  f.replica_sets[0].template_fingerprint = {0, 100};  // it is the same with all defaults
  std::string want = "True NewReplicaSetAvailable";
  f.replicas = GENERATE(10, 20);  // it may be scaled meanwhile
  SECTION("all its Pods are there") {}
  SECTION("some of them are not") { f.replica_sets[0].status.replicas = 9; }
  SECTION("under Recreate they may have been removed") {
    f.strategy = Strategy::kRecreate;
    f.replica_sets[0].status.replicas = 0;
    want = "True ReplicaSetUpdated";
  }
  REQUIRE(workload::WriteStatus(f.Sit(), workload::Progress::kEvaluate));
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == want);
  Proves("RO-067");
}

TEST_CASE("nothing is judged of a template before its strategy can be read (RO-097)") {
  NotTold f;
  f.in_place_settings = {{"windlass.dev/in-place", "Only"}};
  f.strategy_error = "spec.strategy.partition: \"some\" is no number";
  CHECK_FALSE(f.Sit().extended.refused);
  CHECK_FALSE(f.Next());  // the planner refuses the strategy
  Proves("RO-097");
}

TEST_CASE("an exchange in place ends although the strategy cannot be read (P-054)") {
  NotTold f;
  ReplicaSet& pending = f.Add(2, 0, 0, 2);
  f.strategy_error = "spec.strategy.partition: \"some\" is no number";
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.now = in_place::phases::Committing{
      .host = &f.replica_sets[0], .pending = {.replica_set = &pending}, .stash = {}};
  situation.extended.activity = in_place::ExtendedBy(situation, found).activity;
  situation.extension_state = std::make_shared<in_place::InPlaceState>(found);
  CHECK(f.extension.Next(situation, Moment::kWhileRunning));
  Proves("RO-079");
}

TEST_CASE("a rollout whose defaults are not told times out like any other (RO-097)") {
  NotTold f;
  SECTION("it is the first one") { f.status.observed_generation = 0; }
  SECTION("the one before was not over") {
    f.SetProgressing("True", "ReplicaSetUpdated", "ReplicaSet \"web-1\" is progressing.",
                     kStart + seconds(-599));
  }
  SECTION("the one before had timed out") {
    f.SetProgressing("False", "ProgressDeadlineExceeded",
                     "ReplicaSet \"web-1\" has timed out progressing.", kStart + seconds(-9));
  }
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "True ReplicaSetUpdated");
  f.now = kStart + seconds(590);
  const Failed step = f.NextAs<Failed>();
  CHECK(step.look_again_in == seconds(11));
  f.now = kStart + seconds(601);
  REQUIRE(std::holds_alternative<Write>(*f.Next()));
  f.Publish();
  CHECK(ReasonIn(f.status.conditions) == "False ProgressDeadlineExceeded");
  CHECK(std::holds_alternative<Failed>(*f.Next()));
  Proves("RO-097");
}

TEST_CASE("defaults that are not told do not keep a Rollout from being scaled (RO-097)") {
  NotTold f(4);
  CHECK(f.NextAs<Write>().request.key().name == "web-1");
  Proves("RO-097");
}

TEST_CASE("at rest no ReplicaSet is made without the defaults (RO-098)") {
  Fixture f;
  f.checks.replica_set = {
      .verdict = DryRunVerdict::kNoVerdict, .message = "forbidden", .until = kStart + seconds(600)};
  f.status.observed_generation = 2;
  f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 10;
  SECTION("the ReplicaSet that was complete is there, however many Pods it has just now") {
    // Whom this serves: who waits for Available, or for the end of the rollout.
    const int32_t pods = GENERATE(10, 9, 0);
    const auto moment = GENERATE(Moment::kWhileRunning, Moment::kBeforeCreation);
    f.SetProgressing("True", "NewReplicaSetAvailable",
                     "ReplicaSet \"web-1\" has successfully progressed.");
    f.status.conditions.push_back(workload::NewCondition(
        "ReplicaFailure", "True", workload::kLeftOutReason, "no room", kStart));
    f.replica_sets[0].status.replicas = f.replica_sets[0].status.ready_replicas =
        f.replica_sets[0].status.available_replicas = pods;
    CHECK(f.NextAs<Write>(moment).because.decision == workload::decisions::kUpdateStatus);
    f.Publish();
    CHECK(f.status.replicas == pods);
    CHECK(f.status.updated_replicas == pods);
    CHECK(ReasonIn(f.status.conditions) == "True NewReplicaSetAvailable");
    CHECK(ReasonIn(f.status.conditions, "Available") ==
          (pods < 8 ? "False MinimumReplicasUnavailable" : "True MinimumReplicasAvailable"));
    CHECK(ReasonIn(f.status.conditions, "ReplicaFailure").empty());  // there is room again
    // Neither a refused adoption nor the status that was just written ends the rest.
    WorkloadStatus held_up = f.status;
    workload::UpdateProgressingHeldUp(f.Sit(), held_up);
    CHECK(ReasonIn(held_up.conditions) == "True NewReplicaSetAvailable");
    const Wait wait = f.NextAs<Wait>(moment);
    CHECK(wait.look_again_in == seconds(600));
    REQUIRE(wait.events.size() == 1);
    CHECK(wait.events[0].reason == "TemplateNotChecked");
  }
  SECTION("without a deadline the counters show it") {
    f.progress_deadline_seconds = kUnlimited;
    f.NextAs<Write>();
    f.Publish();
    f.NextAs<Wait>();
  }
  SECTION("without a deadline the stable template shows it while all Pods are lost") {
    f.progress_deadline_seconds = kUnlimited;
    f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 0;
    RolloutOwn own = f.Own();
    own.stable_revision = 1;
    const bool is_stable = GENERATE(true, false);
    own.stable_template = is_stable ? kRequested : "t-ffffffffffffffffffffffffffffffff";
    f.status.carried = KindStatus(own);
    ReplicaSetStatus& pods = f.replica_sets[0].status;
    pods.replicas = pods.ready_replicas = pods.available_replicas = 7;  // they come back
    if (!is_stable) {
      CHECK_FALSE(f.Next());
    } else {
      f.NextAs<Write>();
      f.Publish();
      CHECK(f.status.updated_replicas == 7);
      f.NextAs<Wait>();
    }
  }
  SECTION("the generation is new") {
    f.status.observed_generation = 1;
    CHECK_FALSE(f.Next());
  }
  SECTION("all old Pods were lost before the template got a ReplicaSet") {
    f.status.replicas = f.status.updated_replicas = f.status.available_replicas = 0;
    CHECK_FALSE(f.Next());
  }
  SECTION("the rollout of this generation was not complete") {
    f.status.updated_replicas = 0;
    CHECK_FALSE(f.Next());
  }
  SECTION("the ReplicaSet that was complete was deleted") {
    f.replica_sets.clear();
    CHECK_FALSE(f.Next());
  }
  Proves("RO-098");
}

TEST_CASE("a rollback that a pause holds up is told by an Event (RO-152)") {
  Fixture f;
  const bool told = GENERATE(true, false);  // whether the API server has told the defaults
  if (!told) f.checks = {};
  f.paused = true;
  CHECK(f.extension.Events(f.Sit(), f.status).empty());
  f.roll_back_to = 0;
  const std::vector<Event> events = f.extension.Events(f.Sit(), f.status);
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kNormal);
  CHECK(events[0].reason == "RolloutRollbackWaits");
  CHECK(events[0].message == "spec.rollbackTo waits until spec.paused is false");
  CHECK(events[0].at_most_every > Duration{0});
  f.paused = false;
  CHECK(f.extension.Events(f.Sit(), f.status).empty());
  Proves("RO-152");
}

TEST_CASE("an accepted template is rolled out without an Event (RO-094)") {
  Fixture f;
  CHECK_FALSE(f.Next());
  CHECK_FALSE(f.Next(Moment::kBeforeCreation));
  CHECK(f.extension.Events(f.Sit(), f.status).empty());
  Proves("RO-094");
}

}  // namespace
}  // namespace windlass::rollout::rollout_extension_test
