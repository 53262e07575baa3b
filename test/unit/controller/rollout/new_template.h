// A Rollout whose new template has no ReplicaSet yet, for tests of what is asked of the API server
// before there is one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "controller/rollout/template_defaults.h"
#include "test/catch.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout {

// 10 Pods of the revision before; the new template has no ReplicaSet, and no steps.
struct NewTemplate : Stepped {
  NewTemplate() {
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

// Nothing is known of the template's defaults, and the API server has just failed to tell them.
struct NotTold : NewTemplate {
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

inline std::vector<std::string> ReasonsOf(const std::vector<Event>& events) {
  std::vector<std::string> reasons;
  for (const Event& event : events) reasons.push_back(event.reason);
  return reasons;
}

}  // namespace windlass::rollout
