// Q-003, exhaustively: whatever three keys and two workers do, in every order up to a bounded
// depth, no event that came after a worker read the cache is forgotten, and no key is with two
// workers.
//
// A path is played from the start each time: the queue itself is what is explored, not a copy of
// its state.
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kubeclient/base/limits.h"
#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass {
namespace {

constexpr int kKeys = 3;
constexpr int kWorkers = 2;
constexpr int kEndings = 3;  // Done, DoneRetry, DoneConflict
constexpr int kActions = kKeys + kWorkers + kWorkers * kEndings;
constexpr int kDepth = 7;

const std::array<ObjectKey, kKeys> kKey = {ObjectKey{"n", "a"}, ObjectKey{"n", "b"},
                                           ObjectKey{"m", "c"}};

class Play {
 public:
  // False when the action is not possible here.
  bool Do(int action) {
    if (action < kKeys) {
      unseen_.insert(kKey[static_cast<size_t>(action)]);
      queue_.Add(kKey[static_cast<size_t>(action)], Wake::kObjectChange);
      return true;
    }
    action -= kKeys;
    if (action < kWorkers) return Get(workers_[static_cast<size_t>(action)]);
    action -= kWorkers;
    return End(workers_[static_cast<size_t>(action % kWorkers)], action / kWorkers);
  }

  // Everybody finishes, time goes by: then every event must have been seen.
  bool EveryEventIsSeen() {
    for (auto& worker : workers_) End(worker, 0);
    for (int i = 0; i < 100 && !unseen_.empty(); ++i) {
      time_.Advance(kRetryMax);
      while (Get(workers_[0])) End(workers_[0], 0);
    }
    return unseen_.empty() && !handed_out_twice_;
  }

 private:
  using Worker = std::optional<ObjectKey>;

  bool Get(Worker& worker) {
    if (worker) return false;
    worker = queue_.Get();
    if (!worker) return false;
    for (const Worker& other : workers_) {
      if (&other != &worker && other && *other == *worker) handed_out_twice_ = true;
    }
    unseen_.erase(*worker);  // it reads the cache now
    return true;
  }

  bool End(Worker& worker, int ending) {
    if (!worker) return false;
    if (ending == 0) queue_.Done(*worker, std::nullopt);
    if (ending == 1) queue_.DoneRetry(*worker, kRetryMax);
    if (ending == 2) queue_.DoneConflict(*worker);
    worker.reset();
    return true;
  }

  VirtualTime time_;
  Random random_{1};
  WorkQueue queue_{time_, random_, time_.timers(), [] {}};
  std::array<Worker, kWorkers> workers_;
  std::set<ObjectKey> unseen_;
  bool handed_out_twice_ = false;
};

struct Explorer {
  std::vector<int> path;
  long paths = 0;
  std::string failed;

  void Explore(int depth) {
    for (int action = 0; action < kActions && failed.empty(); ++action) {
      path.push_back(action);
      Play play;
      bool possible = true;
      for (const int step : path) possible = possible && play.Do(step);
      if (possible) {
        ++paths;
        if (!play.EveryEventIsSeen()) {
          for (const int step : path) failed += std::to_string(step) + " ";
        } else if (depth > 1) {
          Explore(depth - 1);
        }
      }
      path.pop_back();
    }
  }
};

TEST_CASE("no wake-up is lost in any interleaving of 3 keys and 2 workers (Q-003)") {
  Explorer explorer;
  explorer.Explore(kDepth);
  CHECK(explorer.failed.empty());
  INFO(explorer.failed);
  CHECK(explorer.paths > 10'000);
}

}  // namespace
}  // namespace windlass
