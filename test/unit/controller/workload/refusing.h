// A Deployment with writes that the API server refuses, for tests of its status then.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload {

inline constexpr const char* kTold = "True ReplicaSetUpdateRefused";
inline constexpr const char* kWords = "denied by policy no-shrink";

// A completed rollout of four Pods of v1, in which some writes are refused.
struct Refusing : CompletedCluster {
  Refusing() : CompletedCluster(4) {}

  // Answers every write that Cluster would note as `note` ("scale v1", "delete v1") with an error.
  void Refuse(const std::string& note, ErrorKind kind = ErrorKind::kForbidden,
              const std::string& words = kWords) {
    server = [this, note, kind, words](const Request& request) -> std::optional<Result<Reply>> {
      if (!Describe(request).starts_with(note)) return std::nullopt;
      ++refused;
      return Result<Reply>(Error{kind, words});
    };
  }
  void Allow() { server = nullptr; }
  // Returns the line of Cluster::writes without numbers.
  std::string Describe(const Request& request) {
    if (request.verb() == Verb::kGet || request.verb() == Verb::kList) return "";
    if (request.resource() == resources::kDeployments) {
      if (request.subresource() == "status") return "status";
      return request.patch_type() == PatchType::kJson ? "roll back" : "clear rollback";
    }
    std::string what = "annotate ";
    if (request.verb() == Verb::kCreate) return "create";
    if (request.verb() == Verb::kDelete) what = "delete ";
    if (request.patch_type() == PatchType::kStrategicMerge) {
      const bool release = request.body().find("$patch") != std::string::npos;
      what = release ? "release " : "adopt ";
    }
    if (request.body().find("\"spec\":{\"replicas\"") != std::string::npos) what = "scale ";
    return what + ImageOf(request.key().name);
  }
  std::string ImageOf(const std::string& name) {
    return replica_sets().at(name)["spec"]["template"]["spec"]["containers"][0]["image"];
  }

  const Json& status() { return deployment()["status"]; }
  int64_t Counter(const char* what) { return status().value(what, 0); }
  bool Observed() {
    return Counter("observedGeneration") == deployment()["metadata"]["generation"].get<int>();
  }
  Json ConditionOf(const std::string& type) {
    for (const Json& condition : status()["conditions"]) {
      if (condition["type"] == type) return condition;
    }
    return {{"message", ""}};
  }
  std::string Message() { return ConditionOf("ReplicaFailure")["message"]; }
  // Ends the sync with the refusal, which the queue's back-off needs.
  void SyncFails(ErrorKind kind = ErrorKind::kForbidden) {
    const Step step = Sync();
    const Failed* failed = std::get_if<Failed>(&step);
    REQUIRE(failed != nullptr);
    CHECK(failed->error.kind == kind);
    CHECK(failed->retry == Retry::kBackOff);
  }

  int refused = 0;
};

// v2 has one Pod. v1 is to shrink from 4 to 3, and that write is refused.
struct MayNotShrink : Refusing {
  explicit MayNotShrink(ErrorKind kind = ErrorKind::kForbidden) {
    Refuse("scale v1", kind);
    SetImage("v2");
    SyncFails(kind);
    RunReplicaSets({{"v2", 0}});
    writes.clear();
  }
};

// Four Pods of v2; v1 is empty.
inline void TwoRevisions(Refusing& cluster) {
  cluster.SetImage("v2");
  cluster.Settle();
}

inline void Orphan(Refusing& cluster, const std::string& image) {
  cluster.EditReplicaSet(cluster.NameOf(image),
                         [](Cluster::Json& rs) { rs["metadata"].erase("ownerReferences"); });
}

}  // namespace windlass::workload
