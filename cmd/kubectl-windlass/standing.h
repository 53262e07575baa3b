// Where a rollout stands, from the stored object alone: what `status` prints, and whether and how
// it ends. For Deployments the sentences are those of kubectl rollout status.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/exit_code.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

struct Standing {
  std::string sentence;            // one line; "" if only `why` is said
  std::optional<ExitCode> ends{};  // nullopt: it goes on by itself
  // For an end other than kDone: what is wrong or what it waits for, and what to do.
  std::string why{};
  std::string phase{};   // Progressing, Paused, Healthy, Stalled, Aborted or RolledBack
  std::string reason{};  // in a few words, for a table; "" if there is nothing to say
  int64_t desired = 0;
  int64_t updated = 0;
  int64_t available = 0;
  int64_t revision = 0;  // 0: not known
};

// `object` is a Deployment or a Rollout. Example, a Deployment whose new Pods are not complete:
//   Waiting for deployment "web" rollout to finish: 2 out of 4 new replicas have been updated...
Standing StandingOf(const Json& object, const ResourceId& resource);

}  // namespace windlass::cli
