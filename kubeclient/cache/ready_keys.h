// The order in which ready keys are handed out.
//   - A key's rank is the points of its priority, plus 50 for every 10 s it has waited, so that no
//     key waits for ever. Example: kStatus after 20 s has 0 + 100 points, as many as a new
//     kUser.
//   - Among keys of equal rank, lines take turns, one key each. A line is the keys of one namespace
//     and priority. Within a line, the controllers whose first keys have equal rank take turns.
//   - While other namespaces wait, no namespace gets more than half of the workers, rounded up
//
//   - When at most an eighth of the workers is free, a namespace gets a worker only if it has fewer
//     workers than are free. Example: two namespaces have 56 of 64 workers, so 8 are free. A third
//     namespace gets 4, which leaves 4. A fourth gets 2, which leaves 2. A fifth gets 1. The last
//     worker is for a namespace that has none.
// This is a pure data structure: the order depends on the calls alone. Core thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

// How urgent a key is, in rising order. Each priority gives its keys the points in its comment; a
// key's rank is these points plus points for the time it has waited.
enum class Priority : uint8_t {
  kResync,    // -100: the initial list, a resync
  kStatus,    // 0: counters and conditions
  kUnderWay,  // 50: a step of what is under way, such as a rollout
  kUser,      // 100: a user changed the spec and waits
};
inline constexpr size_t kPriorities = 4;

int PointsOf(Priority priority);
// Returns the next lower priority; the lowest one stays.
Priority Demoted(Priority priority);

// What ReadyKeys needs to know of one key. It is part of the queue's record of that key
// (WorkQueue::Entry), so it also exists while the key is not ready.
struct ReadyKey {
  const QueueKey* key = nullptr;  // must live as long as the key is ready
  MonotonicTime since;            // since when the key is ready
  ReadyKey* before = nullptr;     // in the key's Lane
  ReadyKey* after = nullptr;
  Priority priority = Priority::kResync;
};

class ReadyKeys {
 public:
  // `workers` is how many keys the caller works on at once. The caller must not take more keys than
  // that. Take does not check this if `workers` is below 8.
  explicit ReadyKeys(int workers)
      : share_((workers + 1) / 2), reserve_(workers / 8), free_(workers) {}
  ReadyKeys(const ReadyKeys&) = delete;
  ReadyKeys& operator=(const ReadyKeys&) = delete;

  // Requires that the key is not ready.
  void Add(ReadyKey& key);
  // Changes the priority of a key, which must be ready. The key then comes after the other keys
  // that have its namespace, its controller and the new priority. The time that it has waited still
  // counts.
  void Raise(ReadyKey& key, Priority priority);
  // Removes the first key in order that may have a worker, and returns it. The key counts as worked
  // on until Done. Returns null in two cases:
  //   - No key is ready.
  //   - At most an eighth of the workers is free, and no waiting namespace has fewer workers than
  //     are free. Example: 4 of 64 workers are free, and each waiting namespace has 4 or more.
  ReadyKey* Take(MonotonicTime now);
  void Done(const Symbol& namespace_);

  bool empty() const { return order_.empty(); }
  size_t size() const;
  // Returns a text of the waiting lines in order, each with its keys, for WorkQueue::Describe.
  std::string Describe() const;
  size_t size(Priority priority) const { return sizes_[static_cast<size_t>(priority)]; }

 private:
  // The keys of one namespace, priority and controller; first come, first served.
  struct Lane {
    uint8_t controller = 0;
    ReadyKey* first = nullptr;
    ReadyKey* last = nullptr;
  };
  // The keys of one namespace and priority.
  struct Line {
    std::vector<Lane> lanes;  // no lane is empty; of lanes with equal rank the first one is next
    int64_t rank = 0;         // of the next key, when last computed
    uint64_t turn = 0;        // of lines of equal rank, that with the lowest turn is next
  };
  using LineName = std::pair<Symbol, Priority>;
  using Lines = std::map<LineName, Line>;
  struct FirstInOrder {
    bool operator()(Lines::iterator a, Lines::iterator b) const {
      if (a->second.rank != b->second.rank) return a->second.rank > b->second.rank;
      return a->second.turn < b->second.turn;
    }
  };

  using Lanes = std::vector<Lane>;

  void Append(ReadyKey& key);
  static Lanes::iterator LaneOf(Line& line, const ReadyKey& key);
  static Lanes::iterator NextLane(Line& line, MonotonicTime now);
  void Unlink(Lines::iterator line, ReadyKey& key);
  Lines::iterator LineOf(const ReadyKey& key);
  // Computes the line's rank and puts the line into `order_`, or drops it from `lines_` if it is
  // empty. Requires that `order_` does not have the line.
  void Place(Lines::iterator line, MonotonicTime now);
  void LetAge(MonotonicTime now);
  int WorkedOn(const Symbol& namespace_) const;
  bool MayBeTaken(const Symbol& namespace_) const;

  const int share_;
  const int reserve_;
  int free_;     // workers; below 0 if the caller has taken more keys than it has workers
  Lines lines_;  // no line is empty
  std::set<Lines::iterator, FirstInOrder> order_;
  std::map<Symbol, int> worked_on_;  // by namespace
  std::array<size_t, kPriorities> sizes_{};
  uint64_t turns_ = 0;
  MonotonicTime aged_at_;
};

}  // namespace windlass
