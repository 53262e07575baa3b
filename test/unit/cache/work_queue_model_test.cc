// Q-003, exhaustively: three keys and two workers take every order of actions up to a bounded
// depth. No event that came after a worker read the cache is forgotten, and no key is with two
// workers.
//
// The real queue is explored: each path is played from the start, and paths that lead to the same
// state are followed once. Two states are the same if
//   - the queue describes itself the same
//   - the same events are unseen
//   - the same keys are worked on
// Workers are interchangeable, and so are the two keys of one namespace. The remaining time of
// timers does not count: either the next timer fires, or all of them do.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::work_queue_model_test {
namespace {

constexpr int kKeys = 3;
constexpr int kWorkers = 2;
constexpr int kEndings = 4;  // Done, Done with a deadline, DoneRetry, DoneConflict
constexpr int kActions = kKeys + 1 + kWorkers * kEndings + 2;
constexpr int kDepth = 12;

// The first two are interchangeable. The third is woken by status alone.
const std::array<QueueKey, kKeys> kKey = {QueueKey{"n", "a"}, QueueKey{"n", "b"},
                                          QueueKey{"m", "c"}};

class Play {
 public:
  // Returns false if the action is not possible now.
  bool Do(int action) {
    if (action < kKeys) {
      const QueueKey& key = kKey[static_cast<size_t>(action)];
      unseen_.insert(key);
      queue_.Add(key, action == 2 ? Wake::kStatusChange : Wake::kObjectChange);
      return true;
    }
    action -= kKeys;
    if (action == 0) return Get();
    action -= 1;
    if (action < kWorkers * kEndings) {
      return End(static_cast<size_t>(action % kWorkers), action / kWorkers);
    }
    return LetTimersFire(action - kWorkers * kEndings == 1);
  }

  // All workers finish and time passes: then every event must have been seen.
  bool EveryEventIsSeen() {
    while (End(0, 0)) {
    }
    for (int i = 0; i < 100 && !unseen_.empty(); ++i) {
      LetTimersFire(true);
      while (Get()) End(0, 0);
    }
    return unseen_.empty() && !handed_out_twice_;
  }

  std::string State() const {
    std::string text = queue_.Describe() + " unseen:";
    for (const QueueKey& key : unseen_) text += " " + key.ToString();
    return std::min(text, WithTwinsExchanged(text));
  }

 private:
  bool Get() {
    if (working_.size() == kWorkers) return false;
    const std::optional<QueueKey> key = queue_.Get();
    if (!key) return false;
    if (std::ranges::count(working_, *key) > 0) handed_out_twice_ = true;
    working_.push_back(*key);
    std::sort(working_.begin(), working_.end());
    unseen_.erase(*key);  // it reads the cache now
    return true;
  }

  bool End(size_t worker, int ending) {
    if (worker >= working_.size()) return false;
    const QueueKey key = working_[worker];
    working_.erase(working_.begin() + static_cast<std::ptrdiff_t>(worker));
    if (ending == 0) queue_.Done(key, std::nullopt);
    if (ending == 1) queue_.Done(key, seconds(30));
    if (ending == 2) queue_.DoneRetry(key, kRetryMax);
    if (ending == 3) queue_.DoneConflict(key);
    return true;
  }

  bool LetTimersFire(bool all) {
    const auto next = time_.timers().next();
    if (!next) return false;
    time_.Advance(all ? Duration(kRetryMax) : *next - time_.Now());
    return true;
  }

  // Entries are in the order of keys, so the position says which of the two keys it is.
  static std::string WithTwinsExchanged(std::string text) {
    for (size_t at = text.find("n/"); at != std::string::npos; at = text.find("n/", at + 1)) {
      text[at + 2] = text[at + 2] == 'a' ? 'b' : 'a';
    }
    const size_t one = text.find(" n/b=");
    const size_t other = text.find(" n/a=");
    if (one == std::string::npos || other == std::string::npos) return text;
    const size_t end = std::min(text.find(' ', other + 1), text.size());
    return text.substr(0, one) + text.substr(other, end - other) + text.substr(one, other - one) +
           text.substr(end);
  }

  VirtualTime time_;
  Random random_{1};
  // A rate so low that the second retry of a namespace waits for its turn.
  WorkQueue queue_{time_, random_, time_.timers(), kWorkers, {.per_second = 1, .burst = 1}, [] {}};
  std::vector<QueueKey> working_;
  std::set<QueueKey> unseen_;
  bool handed_out_twice_ = false;
};

TEST_CASE("no wake-up is lost in any interleaving of 3 keys and 2 workers (Q-003)") {
  using Path = std::vector<int>;
  std::set<std::string> seen;
  std::vector<Path> shortest = {{}};  // to each state that is new at this depth
  for (int depth = 1; depth <= kDepth; ++depth) {
    std::vector<Path> longer;
    for (const Path& path : shortest) {
      for (int action = 0; action < kActions; ++action) {
        Play play;
        for (const int step : path) play.Do(step);
        if (!play.Do(action) || !seen.insert(play.State()).second) continue;
        longer.push_back(path);
        longer.back().push_back(action);
        if (!play.EveryEventIsSeen()) {
          std::string failed;
          for (const int step : longer.back()) failed += std::to_string(step) + " ";
          FAIL(failed);
        }
      }
    }
    shortest = std::move(longer);
  }
  UNSCOPED_INFO(seen.size());
  CHECK(seen.size() > 1000);
}

}  // namespace
}  // namespace windlass::work_queue_model_test
