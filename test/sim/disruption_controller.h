// A model of the disruption controller, which keeps the status of PodDisruptionBudgets.
//
// It reads only the status of Pods, so a Pod that is restarted in place and stays Ready counts as
// healthy (P-038). Entries of disruptedPods count for two minutes.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

class DisruptionController {
 public:
  static constexpr Duration kLag = milliseconds(5);
  static constexpr seconds kDisruptedFor{120};

  explicit DisruptionController(ApiServer& server);
  DisruptionController(const DisruptionController&) = delete;
  DisruptionController& operator=(const DisruptionController&) = delete;

  bool idle() const { return queued_.empty(); }
  // Returns the number of entries that ended while their Pod still existed. Upstream sends an Event
  // NotDeleted for each.
  int not_deleted() const { return not_deleted_; }

 private:
  struct Numbers {
    int64_t expected = 0;
    int64_t desired = 0;
    int64_t healthy = 0;
  };
  void OnChange(const Change& change);
  void Enqueue(const StoreKey& key);
  void Sync(const StoreKey& key);
  std::vector<Object> PodsOf(const Json& budget) const;
  int64_t ScaleOf(const std::vector<Object>& pods) const;
  Numbers Count(const Json& budget, const std::vector<Object>& pods, const Json& disrupted) const;
  Json StillDisrupted(const Json& budget, const std::vector<Object>& pods);

  ApiServer& server_;
  std::map<StoreKey, TimerId> queued_;
  int not_deleted_ = 0;
};

}  // namespace windlass::sim
