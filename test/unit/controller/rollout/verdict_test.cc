// The verdict of a status: nothing to abort to, or an update in place that is not possible.
#include <memory>
#include <string>

#include "controller/rollout/rollout_extension.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/new_template.h"

namespace windlass::rollout::verdict_test {
namespace {

using Fixture = NewTemplate;

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

TEST_CASE("the images stay while an abort waits for the correction of the strategy (RO-153)") {
  Fixture f;
  f.follow_revision = 1;
  RolloutOwn stored = f.Own();
  stored.images = "web:v2";
  stored.stable_images = "web:v1";
  f.status.carried = KindStatus(stored);
  workload::Situation situation = f.Sit();
  situation.extended.refused = {.reason = workload::kInvalidStrategy, .message = "is empty"};
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(situation, draft);
  CHECK(ReadOwn(draft.carried).images_of_abort == Symbol("web:v2"));
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

}  // namespace
}  // namespace windlass::rollout::verdict_test
