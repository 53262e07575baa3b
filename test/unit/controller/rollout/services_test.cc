// The two Services of a Rollout: which Pods they select and when they are moved, what Windlass
// leaves alone, and what the condition says.
#include "controller/rollout/services.h"

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "controller/rollout/reasons.h"
#include "controller/rollout/service_trouble.h"
#include "controller/workload/decisions.h"
#include "controller/workload/scale.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::services_test {
namespace {

using Json = nlohmann::json;

// shop/web names the Services web and web-next, which select app=web. Its stable revision is 1.
struct Served : Stepped {
  Served() {
    RolloutOwn own;
    own.stable_revision = 1;
    status.carried = KindStatus(own);
    facts.wanted = true;
    facts.known = ServicesKnown::kYes;
    facts.stable = {.name = "web", .service = &Make("web")};
    facts.canary = {.name = "web-next", .service = &Make("web-next")};
  }

  Service& Make(const std::string& name) {
    Service& service = services.emplace_back();
    service.meta.namespace_ = "shop";
    service.meta.name = name;
    service.meta.uid = {0xC0, services.size()};
    service.meta.resource_version = {"50"};
    service.selector = {{"app", "web"}};
    return service;
  }
  Service& web() { return services[0]; }
  Service& next() { return services[1]; }
  // Has Windlass have written `hash` for web.
  void Write(Service& service, const std::string& hash) const {
    service.selector.Set(kPodTemplateHashLabel, hash);
    service.meta.annotations.Set(kServiceOf, NoteText(meta, hash));
  }
  void WriteBoth(const std::string& stable, const std::string& canary) {
    Write(web(), stable);
    Write(next(), canary);
  }

  // Does what the API server does with a write to a Service. Returns "web=web-1"; "" if `step` is
  // another one.
  std::string Apply(const Step& step) {
    const auto* write = std::get_if<windlass::Write>(&step);
    if (write == nullptr || write->request.resource() != resources::kServices) return "";
    CHECK(write->go_on_if_refused);
    for (Service& service : services) {
      if (KeyOf(service.meta) != write->request.key()) continue;
      CHECK(write->request.uid() == service.meta.uid);
      const Json body = Json::parse(write->request.body());
      CHECK(body["metadata"]["resourceVersion"] == service.meta.resource_version.text);
      const Json note = body["metadata"]["annotations"][std::string(kServiceOf)];
      if (note.is_null()) service.meta.annotations.Erase(kServiceOf);
      if (note.is_string()) service.meta.annotations.Set(kServiceOf, note.get<std::string>());
      std::string text = service.meta.name + " is left alone";
      if (body.contains("spec")) {
        const Json hash = body["spec"]["selector"]["pod-template-hash"];
        if (hash.is_null()) service.selector.Erase(kPodTemplateHashLabel);
        if (hash.is_string()) service.selector.Set(kPodTemplateHashLabel, hash.get<std::string>());
        text = service.meta.name + "=" + (hash.is_null() ? "" : hash.get<std::string>());
      }
      service.meta.resource_version.text += "0";
      learned.push_back(OutcomeOf(*write, Reply{"{}"}));
      return text;
    }
    return "of another Service";
  }
  Step Before(const Step& planned) {
    std::erase_if(facts.left, [](const NamedService& left) { return !NoteOf(*left.service); });
    return MoveServicesFirst(Sit(), facts, planned);
  }
  // Makes all writes that come before `planned`, and returns them: "web=web-1 web-next=web-2".
  std::string Play(const Step& planned = Wait{}) {
    std::string all;
    for (int i = 0; i < 10; ++i) {
      const std::string one = Apply(Before(planned));
      if (one.empty()) break;
      all += (all.empty() ? "" : " ") + one;
    }
    learned.clear();
    return all;
  }
  // Returns the write that gives the ReplicaSet another size.
  Step Sized(const ReplicaSet& rs, int32_t size) {
    return workload::Resize(Sit(), rs, size, workload::decisions::kScaleDownOldReplicaSet);
  }
  Step StatusWrite() {
    return windlass::Write{
        .request = Request::MergePatch(resources::kRollouts, VersionOf(meta), "status", "{}"),
        .because = {workload::decisions::kUpdateStatus, {}}};
  }
  // Returns "False ServiceMissing", and stores the condition. Sets `message` and `event`.
  std::string Told() {
    WorkloadStatus draft = status;
    ShowServices(Sit(), facts, draft);
    const std::optional<Event> told = TellServices(Sit(), draft);
    event = told ? told->reason : "";
    status = draft;
    const Condition* condition = FindCondition(status.conditions, kServicesSynced);
    message = condition == nullptr ? "" : condition->message;
    return ReasonIn(status.conditions, kServicesSynced);
  }

  std::deque<Service> services;
  ServiceFacts facts;
  std::string message;
  std::string event;
};

// --- which Pods ---

struct TargetRow {
  std::string id;
  std::function<void(Served&)> change;
  std::string want;  // writes
};

TEST_CASE("each Service selects the Pods of its revision (RO-181)") {
  const auto row = GENERATE(values<TargetRow>({
      {"at rest both select the stable one", [](Served& f) { f.Add(1, 10, 10, 100); },
       "web=web-1 web-next=web-1"},
      {"a canary that has no available Pod yet",
       [](Served& f) {
         f.AddOld(9);
         f.AddNew(1, 0);
         f.WriteBoth("web-1", "web-1");
       },
       ""},
      {"its first available Pod",
       [](Served& f) {
         f.AddOld(9);
         f.AddNew(2, 1);
         f.WriteBoth("web-1", "web-1");
       },
       "web-next=web-2"},
      {"a canary that dies stays: whoever judges it must see that",
       [](Served& f) {
         f.AddOld(9);
         f.AddNew(2, 0);
         f.WriteBoth("web-1", "web-2");
       },
       ""},
      {"a correction of the canary goes by the stable one",
       [](Served& f) {
         f.AddOld(8);
         f.Add(3, 1, 1, 7);
         f.AddNew(1, 0);
         f.WriteBoth("web-1", "web-3");
       },
       "web-next=web-1"},
      {"an abort",
       [](Served& f) {
         f.AddOld(9);
         f.AddNew(1, 1);
         f.follow_revision = 1;
         f.WriteBoth("web-1", "web-2");
       },
       "web-next=web-1"},
      {"an abort whose stable Pods are not back yet",
       [](Served& f) {
         f.AddOld(9).status.available_replicas = 0;
         f.AddNew(1, 1);
         f.follow_revision = 1;
         f.WriteBoth("web-2", "web-2");
       },
       ""},
      {"stable Pods that are lost come back: the canary does not stand in",
       [](Served& f) {
         f.AddOld(8).status.available_replicas = 0;
         f.AddNew(2, 2);
         f.WriteBoth("web-1", "web-2");
       },
       ""},
      {"no stable Pod is left, as with one replica",
       [](Served& f) {
         f.replicas = 1;
         f.AddOld(0);
         f.AddNew(1, 1);
         f.WriteBoth("web-1", "web-2");
       },
       "web=web-2"},
      {"before any revision is stable: the new one",
       [](Served& f) {
         f.status.carried = KindStatus(RolloutOwn{});
         f.AddNew(10, 1);
       },
       "web=web-2 web-next=web-2"},
      {"not before a Pod is available",
       [](Served& f) {
         f.status.carried = KindStatus(RolloutOwn{});
         f.AddNew(10, 0);
       },
       ""},
      {"a key of a ReplicaSet that is gone",
       [](Served& f) {
         f.Add(1, 10, 10, 100);
         f.WriteBoth("web-9", "web-1");
       },
       "web=web-1"},
      {"a paused Rollout",
       [](Served& f) {
         f.paused = true;
         f.AddOld(9);
         f.AddNew(1, 1);
         f.WriteBoth("web-1", "web-1");
       },
       "web-next=web-2"},
      {"no replicas: nothing moves",
       [](Served& f) {
         f.replicas = 0;
         f.AddOld(1);
         f.AddNew(1, 1);
         f.WriteBoth("web-1", "web-1");
       },
       ""},
      {"only a canary is named",
       [](Served& f) {
         f.AddOld(9);
         f.AddNew(1, 1);
         f.facts.stable = {};
       },
       "web-next=web-2"},
  }));
  CAPTURE(row.id);
  Served f;
  row.change(f);
  CHECK(f.Play() == row.want);
  Proves("RO-181");
}

TEST_CASE("nothing is moved while it is not known which ReplicaSet has the template (RO-181)") {
  Served f;
  f.AddOld(9);
  f.AddNew(1, 1);
  workload::Situation situation = f.Sit();
  situation.extended.new_one_unknown = true;
  CHECK(std::holds_alternative<Wait>(MoveServicesFirst(situation, f.facts, Wait{})));
  Proves("RO-181");
}

// --- when ---

TEST_CASE("a Service is moved before the last Pods that it selects go (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  SECTION("a write that leaves some of them does not wait") {
    CHECK(f.Play(f.Sized(old, 1)).empty());
  }
  SECTION("a write that leaves none waits") {
    CHECK(f.Play(f.Sized(old, 0)) == "web=web-2");
    // The next sync, after that write failed, does not move the Service back before it.
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("a Service without a key is not concerned") {
    f.web().selector.Erase(kPodTemplateHashLabel);
    f.web().meta.annotations.Erase(kServiceOf);
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("no other Pod is available") {
    f.replica_sets.back().status.available_replicas = 0;
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("all Pods go: no revision stands in for the stable one") {
    f.replicas = 0;
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("its Pods are not available") {
    f.replica_sets.front().status.available_replicas = 0;
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  Proves("RO-182");
}

TEST_CASE("an abort moves the canary's Service before the canary goes (RO-182)") {
  Served f;
  f.AddOld(9);
  const ReplicaSet& canary = f.AddNew(1, 1);
  f.follow_revision = 1;
  f.WriteBoth("web-1", "web-2");
  CHECK(f.Play(f.Sized(canary, 0)) == "web-next=web-1");
  Proves("RO-182");
}

TEST_CASE("what is due is written before a status, and before no other write (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  SECTION("a status") { CHECK(f.Play(f.StatusWrite()) == "web-next=web-2"); }
  SECTION("a failure") { CHECK(f.Play(Failed{}) == "web-next=web-2"); }
  SECTION("a size") { CHECK(f.Play(f.Sized(old, 8)).empty()); }
  Proves("RO-182");
}

TEST_CASE("the last Pods of a revision wait for the first list of Services (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  f.facts.known = ServicesKnown::kLoading;
  const Step step = f.Before(f.Sized(old, 0));
  CHECK(std::get<Wait>(step).look_again_in == seconds(1));
  CHECK(std::holds_alternative<windlass::Write>(f.Before(f.Sized(old, 1))));
  // Services that cannot be read hold nothing up.
  f.facts.known =
      GENERATE(ServicesKnown::kForbidden, ServicesKnown::kFailed, ServicesKnown::kIgnored);
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  Proves("RO-182 RO-185");
}

TEST_CASE("an Event tells which revision a Service selects, and for a key that is right none is") {
  Served f;
  f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  const auto write = std::get<windlass::Write>(f.Before(Wait{}));
  REQUIRE(write.on_success.size() == 1);
  CHECK(write.on_success[0].reason == "ServiceSwitched");
  CHECK(write.on_success[0].message ==
        "Service web-next selects the Pods of revision 2, pod-template-hash web-2");
  // A user wrote the right key.
  f.next().selector.Set(kPodTemplateHashLabel, "web-2");
  CHECK(std::get<windlass::Write>(f.Before(Wait{})).on_success.empty());
  CHECK(f.Play() == "web-next=web-2");
  Proves("RO-181");
}

// --- what is left alone ---

struct TroubleRow {
  std::string id;
  std::function<void(Served&)> change;
  std::string want;
  std::string message;
};

TEST_CASE("Windlass never fights for a Service, and says what to do (RO-183 RO-184)") {
  const auto row = GENERATE(values<TroubleRow>({
      {"missing", [](Served& f) { f.facts.canary.service = nullptr; }, "ServiceMissing",
       "Service web-next does not exist: make it, or change spec.strategy.services.canary"},
      {"no selector", [](Served& f) { f.next().selector = {}; }, "ServiceWithoutSelector",
       "Service web-next has no label of the Pods in spec.selector: have it select the Pods of the "
       "Rollout, or change spec.strategy.services.canary"},
      {"ExternalName", [](Served& f) { f.next().external_name = true; }, "ServiceWithoutSelector",
       "Service web-next has type ExternalName: have it select the Pods of the Rollout, or change "
       "spec.strategy.services.canary"},
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
       "Service web-next cannot select the Pods of ReplicaSet web-2, which have no label "
       "pod-template-hash because somebody else made it: roll out another template"},
      {"another Rollout names it, too", [](Served& f) { f.facts.canary.other_rollout = "shop"; },
       "ServiceShared",
       "Service web-next is written for Rollout shop, which names it, too: name another Service in "
       "spec.strategy.services.canary"},
      {"changed", [](Served& f) { f.next().selector.Set(kPodTemplateHashLabel, "web-9"); },
       "ServiceChanged",
       "Service web-next: somebody changed spec.selector[pod-template-hash], which Windlass had "
       "set "
       "to web-1, to web-9. Windlass leaves it alone until its annotation windlass.dev/service-of "
       "is removed"},
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

TEST_CASE("a Service that was changed is Windlass' again without its annotation (RO-183)") {
  Served f;
  f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  f.next().selector.Set(kPodTemplateHashLabel, "web-9");
  CHECK(f.Play().empty());
  SECTION("the annotation is removed") { f.next().meta.annotations.Erase(kServiceOf); }
  SECTION("the key is made right") { f.next().selector.Set(kPodTemplateHashLabel, "web-2"); }
  SECTION("the key is put back") { f.next().selector.Set(kPodTemplateHashLabel, "web-1"); }
  SECTION("the annotation is no such") { f.next().meta.annotations.Set(kServiceOf, "mine"); }
  CHECK(f.Play() == "web-next=web-2");
  CHECK(f.Told() == "True Synced");
  Proves("RO-183");
}

TEST_CASE("a Service of a Rollout that is gone is taken over (RO-183)") {
  Served f;
  f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  ObjectMeta former = f.meta;
  former.uid = {0xA0, 9};
  f.web().meta.annotations.Set(kServiceOf, NoteText(former, "web-1"));
  CHECK(f.Play() == "web=web-1");
  CHECK(NoteOf(f.web())->uid == f.meta.uid);
  // If somebody changed it meanwhile, it is left alone.
  f.web().meta.annotations.Set(kServiceOf, NoteText(former, "web-7"));
  f.web().selector.Set(kPodTemplateHashLabel, "web-8");
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False ServiceChanged");
  Proves("RO-183");
}

TEST_CASE("a key that somebody took away is written anew, but not at once again (RO-183)") {
  Served f;
  f.Add(1, 10, 10, 100);
  f.WriteBoth("web-1", "web-1");
  f.next().selector.Erase(kPodTemplateHashLabel);  // as a server-side apply without it does
  f.facts.canary.not_before = f.now + seconds(40);
  f.facts.canary.told_until = f.now + seconds(3000);
  CHECK(f.Play().empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(40));
  CHECK(f.Told() == "False ServiceTakenAway");
  CHECK(
      f.message ==
      "Service web-next: somebody took pod-template-hash out of spec.selector twice within an "
      "hour, as a server-side apply without this key does. Windlass writes it anew, at most twice "
      "a minute. Have that tool leave spec.selector alone");
  f.now = f.now + seconds(40);
  CHECK(f.Play() == "web-next=web-1");
  CHECK(f.Told() == "False ServiceTakenAway");
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(2960));
  f.now = f.now + seconds(2960);
  CHECK(f.Told() == "True Synced");
  Proves("RO-183");
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

// --- writes that fail ---

TEST_CASE("a write that the API server refuses is told, and holds nothing up (RO-185)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  const auto write = std::get<windlass::Write>(f.Before(f.Sized(old, 0)));
  const ErrorKind kind = GENERATE(ErrorKind::kForbidden, ErrorKind::kInvalid, ErrorKind::kConflict);
  f.learned.push_back(OutcomeOf(write, Error{kind, "no"}));
  CHECK(f.Apply(f.Before(f.Sized(old, 0))).empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(60));
  if (kind == ErrorKind::kConflict) {
    CHECK(f.Told() == "True Synced");
  } else {
    CHECK(f.Told() == "False ServiceUpdateRefused");
    const std::string hint = ". The right comes with deploy/overlays/rollout-services";
    CHECK(f.message == "the API server refuses to change Service web: no" +
                           (kind == ErrorKind::kForbidden ? hint : ""));
  }
  Proves("RO-185");
}

TEST_CASE("a rollout goes on without a Service over which the API server is in trouble (RO-185)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  f.facts.stable.failed_until = f.now + seconds(20);
  CHECK(f.Play(f.Sized(old, 0)).empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(20));
  CHECK(f.Told() == "Unknown ServiceNotWritten");
  f.now = f.now + seconds(20);
  CHECK(f.Play(f.Sized(old, 0)) == "web=web-2");
  CHECK(f.Told() == "True Synced");
  Proves("RO-185");
}

TEST_CASE("a server that does not keep what it accepts gets three patches in one sync (RO-185)") {
  Served f;
  f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  int patches = 0;
  for (; patches < 10; ++patches) {
    const Step step = f.Before(Wait{});
    const auto* write = std::get_if<windlass::Write>(&step);
    if (write == nullptr) break;
    f.learned.push_back(OutcomeOf(*write, Reply{"{}"}));
  }
  CHECK(patches == 3);
  Proves("RO-185");
}

// --- Services that are named no more ---

TEST_CASE("a Service that is named no more loses key and annotation (RO-186)") {
  Served f;
  const ReplicaSet& old = f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  f.Told();
  f.facts.left = {{.name = "web-next", .service = &f.next()}};
  f.facts.canary = {};
  SECTION("at the end of a sync") {
    CHECK(f.Play() == "web-next=");
    CHECK_FALSE(HashOf(f.next()));
  }
  SECTION("before its Pods go") { CHECK(f.Apply(f.Before(f.Sized(old, 0))) == "web-next="); }
  SECTION("a key that somebody else wrote stays") {
    f.next().selector.Set(kPodTemplateHashLabel, "web-9");
    CHECK(f.Play() == "web-next is left alone");
    CHECK(HashOf(f.next()) == "web-9");
  }
  CHECK_FALSE(NoteOf(f.next()));
  Proves("RO-186");
}

TEST_CASE("the condition goes once no Service has a key of the Rollout (RO-186)") {
  Served f;
  f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  CHECK(f.Told() == "True Synced");
  CHECK(f.message ==
        "Services web and web-next: Windlass writes pod-template-hash into "
        "spec.selector");
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
          "Windlass has no right to Services, and leaves their selectors as they are: "
          "apply deploy/overlays/rollout-services");
    CHECK(f.event == "ServicesForbidden");
    f.facts.stable = f.facts.canary = {};
    f.Told();
    CHECK(f.message ==
          "Windlass has no right to Services, and cannot take pod-template-hash out of "
          "the selectors of those that were named in spec.strategy.services before: "
          "apply deploy/overlays/rollout-services");
  }
  SECTION("another failure: its first words stay") {
    f.facts.known = ServicesKnown::kFailed;
    f.facts.trouble = "list services: 500 (1)";
    CHECK(f.Told() == "Unknown ServicesNotRead");
    f.facts.trouble = "list services: 500 (2)";
    f.Told();
    CHECK(f.message ==
          "Services cannot be read, and Windlass goes on trying: list services: 500 (1)");
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
  }
  Proves("RO-184 RO-185");
}

TEST_CASE("the extension asks for Services where it ends a sync and where it writes a status") {
  Served f;
  f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  const RolloutExtension extension(
      [&](const Workload&, WallTime) -> RolloutFacts {
        return {.steps = f.steps, .checks = f.checks};
      },
      [&](const Workload&, WallTime) { return f.facts; });
  f.kind.extends = &extension;
  CHECK(f.Apply(extension.End(f.Sit(), Wait{})) == "web-next=web-2");
  f.facts.canary.service = nullptr;
  WorkloadStatus draft = f.status;
  extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReasonIn(draft.conditions, kServicesSynced) == "False ServiceMissing");
  const std::vector<Event> events = extension.Events(f.Sit(), draft);
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kWarning);
  CHECK(events[0].reason == "ServiceMissing");
  Proves("RO-184");
}

}  // namespace
}  // namespace windlass::rollout::services_test
