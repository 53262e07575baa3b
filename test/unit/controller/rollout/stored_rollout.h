// A Rollout as the API server stores it: JSON, which the production decoder reads and which patches
// of the kind change. So the tests see what the kind reads back of what it wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/api/rollout.h"
#include "controller/in_place/phases/extension.h"
#include "controller/rollout/rollout_workload.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "test/catch.h"

namespace windlass::rollout {

inline constexpr WallTime kNow{1'800'000'000};      // 2027-01-15T08:00:00Z
inline constexpr WallTime kEarlier{1'799'999'000};  // 2027-01-15T07:43:20Z

// Returns the condition as the API server stores it, since kEarlier.
inline nlohmann::json StoredCondition(const std::string& type, const std::string& status,
                                      const std::string& reason, const std::string& message) {
  return {{"type", type},
          {"status", status},
          {"reason", reason},
          {"message", message},
          {"lastTransitionTime", "2027-01-15T07:43:20Z"}};
}

struct StoredRollout {
  using Json = nlohmann::json;

  // shop/web: 10 replicas, all of revision 8, generation 12 observed, complete. The kind has not
  // written its own part of the status yet.
  StoredRollout()
      : object(Json::parse(R"({"apiVersion":"windlass.dev/v1alpha1","kind":"Rollout",
"metadata":{"name":"web","namespace":"shop","uid":"5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11",
"resourceVersion":"7012","generation":12,"creationTimestamp":"2027-01-01T00:00:00Z",
"annotations":{"kubernetes.io/change-cause":"image v8","team":"shop"}},
"spec":{"replicas":10,"selector":{"matchLabels":{"app":"web"}},"progressDeadlineSeconds":600,
"revisionHistoryLimit":10,"minReadySeconds":5,"strategy":{"type":"RollingUpdate"},
"template":{"metadata":{"labels":{"app":"web"}},
"spec":{"containers":[{"name":"web","image":"web:v8"}]}}},
"status":{"observedGeneration":12,"replicas":10,"updatedReplicas":10,"readyReplicas":10,
"availableReplicas":10,"currentRevision":8}})")) {
    kind.Extend(in_place::InPlaceExtension());
    SetCondition(StoredCondition("Available", "True", "MinimumReplicasAvailable", "enough"));
    SetCondition(StoredCondition("Progressing", "True", "NewReplicaSetAvailable", "done"));
  }

  // Borrows from the last decoded object: valid until the next call.
  Workload Look() {
    Result<Rollout> decoded = DecodeRollout(decoder, object.dump());
    REQUIRE(decoded.ok());
    read = *std::move(decoded);
    return AsWorkload(kind, read);
  }
  // Returns the stored status as a draft.
  static StatusDraft DraftOf(const Workload& workload, WallTime now = kNow) {
    return {.status = workload.status, .now = now};
  }

  // Sets the condition of that type, in place of the present one.
  void SetCondition(const Json& condition) {
    RemoveCondition(condition["type"]);
    object["status"]["conditions"].push_back(condition);
  }
  void RemoveCondition(const std::string& type) {
    Json kept = Json::array();
    for (const Json& condition : object["status"].value("conditions", Json::array())) {
      if (condition["type"] != type) kept.push_back(condition);
    }
    object["status"]["conditions"] = kept;
  }

  // Does what the API server does with a patch of the kind.
  void Apply(const Request& request) {
    CAPTURE(request.body());
    const Json body = Json::parse(request.body());
    const Json before = object;
    if (request.patch_type() == PatchType::kJson) {
      object = object.patch(body);
    } else {
      REQUIRE(request.patch_type() == PatchType::kMerge);
      object.merge_patch(body);
    }
    if (request.subresource() == "status") {  // nothing else is written there
      Json changed = before;
      changed["status"] = object["status"];
      object = changed;
    }
    if (object["spec"] != before["spec"]) {
      object["metadata"]["generation"] = before["metadata"]["generation"].get<int64_t>() + 1;
    }
    object["metadata"]["resourceVersion"] =
        std::to_string(std::stoi(before["metadata"]["resourceVersion"].get<std::string>()) + 1);
  }
  // Writes the stored status once more, as a sync does, and publishes `revision` with it.
  void WriteStatus(const std::string& revision = "", WallTime now = kNow) {
    const Workload workload = Look();
    StatusDraft draft = DraftOf(workload, now);
    draft.revision = revision;
    Apply(kind.WriteStatus(workload, draft));
  }

  const Json& status() const { return object["status"]; }
  // Returns "True Healthy", or "" if there is no such condition.
  std::string ConditionText(const std::string& type) const {
    for (const Json& condition : status().value("conditions", Json::array())) {
      if (condition["type"] != type) continue;
      return condition["status"].get<std::string>() + " " + condition["reason"].get<std::string>();
    }
    return "";
  }

  Json object;
  RolloutKind kind;
  SymbolTable symbols;
  Decoder decoder{symbols};
  Rollout read;
};

}  // namespace windlass::rollout
