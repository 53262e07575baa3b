// The condition ServicesSynced and its Event: what each says of which Service, and how often.
#include "controller/rollout/service_condition.h"

#include <functional>
#include <string>
#include <variant>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/served.h"

namespace windlass::rollout::service_condition_test {
namespace {

struct TroubleRow {
  std::string id;
  std::function<void(Served&)> change;
  std::string want;
  std::string message;
};

TEST_CASE("Windlass never fights for a Service, and says what to do (RO-183 RO-184)") {
  const auto row = GENERATE(values<TroubleRow>({
      {"missing", [](Served& f) { f.facts.canary.service = nullptr; }, "ServiceMissing",
       "Service web-next does not exist: create it, or change spec.strategy.services.canary"},
      {"no selector", [](Served& f) { f.next().selector = {}; }, "ServiceWithoutSelector",
       "Service web-next has an empty spec.selector; the label pod-template-hash alone does not "
       "count: let the Service select the "
       "Pods of the Rollout, or change spec.strategy.services.canary"},
      {"ExternalName", [](Served& f) { f.next().external_name = true; }, "ServiceWithoutSelector",
       "Service web-next has type ExternalName: let the Service select the Pods of the Rollout, or "
       "change spec.strategy.services.canary"},
      {"other Pods", [](Served& f) { f.next().selector.Set("app", "shop"); },
       "ServiceSelectsOtherPods",
       "Service web-next selects app=shop, which Pods of the Rollout do not have: correct its "
       "spec.selector, or change spec.strategy.services.canary"},
      {"a ReplicaSet of somebody else",
       [](Served& f) {
         f.facts.stable = {};
         f.replica_sets.back().meta.labels.Erase(kPodTemplateHashLabel);
       },
       "PodsWithoutHash",
       "Service web-next cannot select the Pods of ReplicaSet web-2: Windlass did not make that "
       "ReplicaSet, so its Pods have no label pod-template-hash. Roll out another template"},
      {"another Rollout names it, too", [](Served& f) { f.facts.canary.other_rollout = "shop"; },
       "ServiceShared",
       "Windlass writes the selector of Service web-next for Rollout shop, which also names this "
       "Service: name another Service in spec.strategy.services.canary"},
      {"changed", [](Served& f) { f.next().selector.Set(kPodTemplateHashLabel, "web-9"); },
       "ServiceChanged",
       "Service web-next: another client changed spec.selector[pod-template-hash] to web-9; "
       "Windlass had set web-1. Windlass leaves the Service alone until its annotation "
       "windlass.dev/service-of is removed"},
  }));
  CAPTURE(row.id);
  Served f;
  const ReplicaSet& old = f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  row.change(f);
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False " + row.want);
  CHECK(f.message == row.message);
  CHECK(f.event == row.want);
  f.Told();
  CHECK(f.event.empty());  // once
  // The rollout goes on.
  f.facts.stable = {};
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  Proves("RO-183 RO-184");
}

// Whom this serves: the user of a Service whose labels fill Windlass' memory. It is not known what
// it selects.
TEST_CASE("a Service without room in the caches is left alone, and named (R-065)") {
  Served f;
  const ReplicaSet& old = f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  f.next().meta.cut_bytes = 100U << 10U;
  if (GENERATE(true, false)) f.next().selector = {};
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False WindlassOutOfMemory");
  CHECK(f.message ==
        "Service web-next needs 100 KiB of memory, which Windlass does not have, so Windlass "
        "leaves the Service alone: make its labels and its selector smaller, or change "
        "spec.strategy.services.canary");
  CHECK(f.event == "WindlassOutOfMemory");
  // The rollout goes on.
  f.facts.stable = {};
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  // It is not released before it is known which key it has.
  f.facts.left = {f.facts.canary};
  f.facts.canary = {};
  CHECK(f.Play().empty());
  f.next().meta.cut_bytes = 0;
  CHECK_FALSE(f.Play().empty());
  Proves("R-065");
}

// Whom this serves: the user of a Service with a value that Windlass cannot read. Without this,
// Windlass says that the Service does not exist, or writes what an old version of it asks for.
TEST_CASE("a Service that cannot be read is left alone, and named (R-031 RO-184)") {
  Served f;
  const ReplicaSet& old = f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  const UnreadableObject poison{
      {{"shop", "web-next"}, f.next().meta.uid, {"51"}}, {}, true, "spec.selector: no object"};
  f.facts.canary.unreadable = &poison;
  // Windlass has never read it, or knows an old version of it.
  if (GENERATE(true, false)) f.facts.canary.service = nullptr;
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False ServiceUnreadable");
  CHECK(f.message ==
        "Windlass cannot read the latest version of Service web-next (spec.selector: no object), "
        "so it leaves the Service alone. Correct the Service, or delete it and create it again");
  CHECK(f.event == "ServiceUnreadable");
  // The rollout goes on, and does not move it.
  f.facts.stable = {};
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  // A Service that is named no more is not released, either, and the condition says why.
  f.facts.canary.service = &f.next();
  f.facts.left = {f.facts.canary};
  f.facts.canary = {};
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False ServiceUnreadable");
  f.facts.left[0].unreadable = nullptr;
  CHECK(f.Play() == "web-next=");
  Proves("R-031 RO-184");
}

TEST_CASE("before its first Pod is available, a Service may be missing (RO-184)") {
  Served f;
  f.status.carried = KindStatus(RolloutOwn{});
  ReplicaSet& first = f.AddNew(10, 0);
  f.facts.canary.service = nullptr;
  CHECK(f.Told() == "Unknown NoPodAvailable");
  CHECK(f.event.empty());
  first.status.available_replicas = first.status.ready_replicas = 1;
  CHECK(f.Play() == "web=web-2");
  CHECK(f.Told() == "False ServiceMissing");
  CHECK(f.event == "ServiceMissing");
  Proves("RO-184");
}

TEST_CASE("a first write that is in conflict is told as such (RO-184)") {
  Served f;
  f.Add(1, 10, 10, 100);
  const auto write = std::get<windlass::Write>(f.Before(Wait{}));
  CHECK(f.Told() == "Unknown ServiceNotWritten");
  f.learned.push_back(OutcomeOf(write, Error{ErrorKind::kConflict, "changed meanwhile"}));
  f.learned.push_back(OutcomeOf(std::get<windlass::Write>(f.Before(Wait{})), Reply{"{}"}));
  f.Write(f.next(), "web-1");
  CHECK(f.Told() == "Unknown ServiceNotWritten");
  CHECK(f.message ==
        "another client changed Service web while Windlass was writing to it. Windlass tries again "
        "within a minute");
  Proves("RO-184");
}

TEST_CASE("an Event for each reason tells what the condition newly says (RO-184)") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-9", "web-1");
  FirstRefusal first{ErrorKind::kWebhook, "denied, request 1"};
  f.facts.stable.first_refusal = &first;
  const auto refuse = [&](ErrorKind kind, const std::string& words) {
    f.learned.clear();
    while (true) {
      const Step step = f.Before(Wait{});
      const auto* write = std::get_if<windlass::Write>(&step);
      if (write == nullptr) return;
      f.learned.push_back(OutcomeOf(*write, Error{kind, words}));
    }
  };
  refuse(ErrorKind::kWebhook, "denied, request 1");
  CHECK(f.Told() == "False ServiceUpdateRefused");
  const std::string web = "the API server refuses to change Service web: ";
  const std::string next = "the API server refuses to change Service web-next: ";
  CHECK(f.message == web + "denied, request 1; " + next + "denied, request 1");
  CHECK(f.event == "ServiceUpdateRefused");  // one for both
  // The first words stay for web alone, which has them in memory.
  refuse(ErrorKind::kWebhook, "denied, request 2");
  f.Told();
  CHECK(f.message == web + "denied, request 1; " + next + "denied, request 2");
  f.Told();
  CHECK(f.event.empty());
  // Another kind of refusal has its own.
  refuse(ErrorKind::kForbidden, "no right");
  f.Told();
  CHECK(f.message.starts_with(web + "no right."));
  // The canary's Service is deleted: the reason of the condition stays.
  f.facts.canary.service = nullptr;
  CHECK(f.Told() == "False ServiceUpdateRefused");
  CHECK(f.message.ends_with(
      "; Service web-next does not exist: create it, or change spec.strategy.services.canary"));
  CHECK(f.event == "ServiceUpdateRefused ServiceMissing");
  f.Told();
  CHECK(f.event.empty());
  // What ends is no news by itself; what is left is told with it.
  f.learned.clear();
  f.facts.stable = {};
  CHECK(f.Told() == "False ServiceMissing");
  CHECK(f.event == "ServiceMissing");
  f.facts.canary = {.name = "web-next", .service = &f.next()};
  f.Told();
  CHECK(f.event.empty());
  Proves("RO-184");
}

TEST_CASE("the condition goes once no Service has a key of the Rollout (RO-186)") {
  Served f;
  f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  CHECK(f.Told() == "True Synced");
  CHECK(f.message ==
        "Services web and web-next: spec.selector has the pod-template-hash that Windlass wrote");
  f.facts.stable = f.facts.canary = {};
  f.facts.left = {{.name = "web", .service = &f.web()}, {.name = "web-next", .service = &f.next()}};
  CHECK(f.Told() == "True Synced");  // it tells a later process that something is left
  CHECK(f.Play() == "web= web-next=");
  f.facts.left = {};
  CHECK(f.Told().empty());
  Proves("RO-186");
}

TEST_CASE("Services that cannot be read are told (RO-185)") {
  Served f;
  f.AddOld(10);
  SECTION("no right") {
    f.facts.known = ServicesKnown::kForbidden;
    CHECK(f.Told() == "False ServicesForbidden");
    CHECK(f.message ==
          "Windlass has no right to read Services, and leaves their selectors as they are: "
          "apply deploy/overlays/rollout-services");
    CHECK(f.event == "ServicesForbidden");
    f.facts.stable = f.facts.canary = {};
    f.Told();
    CHECK(f.message ==
          "Windlass has no right to read Services, and cannot take pod-template-hash out of the "
          "selectors of Services that spec.strategy.services named before: apply "
          "deploy/overlays/rollout-services");
  }
  SECTION("another failure: its first words stay") {
    f.facts.known = ServicesKnown::kFailed;
    f.facts.trouble = "list services: 500 (1)";
    CHECK(f.Told() == "Unknown ServicesNotRead");
    f.facts.trouble = "list services: 500 (2)";
    f.Told();
    CHECK(f.message == "Windlass cannot read Services, and tries again: list services: 500 (1)");
    CHECK(f.event.empty());
  }
  SECTION("not yet: nothing is told, and what was told stays") {
    f.facts.known = ServicesKnown::kLoading;
    CHECK(f.Told().empty());
  }
  SECTION("a Rollout that names none") {
    f.facts = {};
    CHECK(f.Told().empty());
    CHECK(f.Play().empty());
  }
  SECTION("no Pod is available") {
    f.replica_sets.clear();
    CHECK(f.Told() == "Unknown NoPodAvailable");
    CHECK(f.message ==
          "Windlass writes pod-template-hash into spec.selector of Service web once a Pod for "
          "this Service is available");
  }
  SECTION("one that only its annotation names is released: nothing is told") {
    f.facts.stable = f.facts.canary = {};
    f.Write(f.web(), "web-1");
    f.facts.left = {{.name = "web", .service = &f.web()}};
    CHECK(f.Told().empty());
    CHECK(f.Play() == "web=");
  }
  Proves("RO-184 RO-185");
}

}  // namespace
}  // namespace windlass::rollout::service_condition_test
