// A Rollout that names two Services, which the test makes: for tests of what Windlass writes into
// them and says of them.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "controller/rollout/reasons.h"
#include "controller/rollout/service_condition.h"
#include "controller/rollout/services.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/decisions.h"
#include "test/catch.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout {

// shop/web names the Services web and web-next, which select app=web. Its stable revision is 1.
struct Served : Stepped {
  Served() {
    KeepStable(1);
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
      const nlohmann::json body = nlohmann::json::parse(write->request.body());
      CHECK(body["metadata"]["resourceVersion"] == service.meta.resource_version.text);
      const nlohmann::json note = body["metadata"]["annotations"][std::string(kServiceOf)];
      if (note.is_null()) service.meta.annotations.Erase(kServiceOf);
      if (note.is_string()) service.meta.annotations.Set(kServiceOf, note.get<std::string>());
      std::string text = service.meta.name + " is left alone";
      if (body.contains("spec")) {
        const nlohmann::json hash = body["spec"]["selector"]["pod-template-hash"];
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
  // Returns "False ServiceMissing", and stores the condition. Sets `message` and `event`, the
  // reasons of the Events.
  std::string Told() {
    WorkloadStatus draft = status;
    ShowServices(Sit(), facts, draft);
    event.clear();
    for (const Event& told : TellServices(Sit(), facts, draft)) {
      event += (event.empty() ? "" : " ") + told.reason;
    }
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

}  // namespace windlass::rollout
