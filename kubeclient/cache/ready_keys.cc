#include "kubeclient/cache/ready_keys.h"

#include <algorithm>
#include <numeric>

namespace windlass {
namespace {

// A ready key gains kAgeingPoints for each kAgeingPeriod that it has waited.
constexpr Duration kAgeingPeriod = seconds(10);
constexpr int64_t kAgeingPoints = 50;
// How often the ranks of all waiting keys are computed anew (LetAge).
constexpr Duration kAgeingLook = seconds(1);

int64_t RankOf(const ReadyKey& key, MonotonicTime now) {
  return PointsOf(key.priority) + (now - key.since) / kAgeingPeriod * kAgeingPoints;
}

}  // namespace

int PointsOf(Priority priority) {
  switch (priority) {
    case Priority::kResync: return -100;
    case Priority::kStatus: return 0;
    case Priority::kUnderWay: return 50;
    case Priority::kUser: return 100;
  }
  return 0;
}

Priority Demoted(Priority priority) {
  switch (priority) {
    case Priority::kResync:
    case Priority::kStatus: return Priority::kResync;
    case Priority::kUnderWay: return Priority::kStatus;
    case Priority::kUser: return Priority::kUnderWay;
  }
  return Priority::kResync;
}

size_t ReadyKeys::size() const { return std::accumulate(sizes_.begin(), sizes_.end(), size_t{0}); }

std::string ReadyKeys::Describe() const {
  std::string text;
  for (const Lines::iterator line : order_) {
    text += "[" + std::to_string(PointsOf(line->first.second)) + ":";
    for (const Lane& lane : line->second.lanes) {
      for (const ReadyKey* key = lane.first; key != nullptr; key = key->after) {
        text += " " + key->key->ToString();
      }
      text += ";";
    }
    text += "]";
  }
  return text;
}

// --- lines: the keys of one namespace and priority ---

ReadyKeys::Lines::iterator ReadyKeys::LineOf(const ReadyKey& key) {
  return lines_.try_emplace({key.key->namespace_, key.priority}).first;
}

void ReadyKeys::Add(ReadyKey& key) { Append(key); }

void ReadyKeys::Raise(ReadyKey& key, Priority priority) {
  const auto line = LineOf(key);
  order_.erase(line);
  Unlink(line, key);
  Place(line, aged_at_);
  key.priority = priority;
  Append(key);
}

ReadyKeys::Lanes::iterator ReadyKeys::LaneOf(Line& line, const ReadyKey& key) {
  return std::ranges::find(line.lanes, key.key->controller, &Lane::controller);
}

// Returns the lane of `line` whose first key ranks highest. A lane has those keys of the line that
// belong to one controller. All keys of a line have the same priority, so their ranks differ only
// by the time that they have waited.
ReadyKeys::Lanes::iterator ReadyKeys::NextLane(Line& line, MonotonicTime now) {
  return std::ranges::max_element(line.lanes, {}, [now](const Lane& lane) {
    return RankOf(*lane.first, std::max(now, lane.first->since));
  });
}

void ReadyKeys::Append(ReadyKey& key) {
  const auto at = LineOf(key);
  Line& line = at->second;
  key.before = key.after = nullptr;
  ++sizes_[static_cast<size_t>(key.priority)];
  if (const auto lane = LaneOf(line, key); lane != line.lanes.end()) {
    key.before = std::exchange(lane->last, &key);
    key.before->after = &key;
    return;  // the key is last in its lane, so the line's next key and its turn do not change
  }
  const bool was_empty = line.lanes.empty();
  line.lanes.push_back({key.key->controller, &key, &key});
  // `key` begins a new lane. If the line has other lanes, its rank and turn stay, because the keys
  // of those lanes usually have waited longer. If `key` has waited longer than they have, LetAge
  // raises the rank within a second.
  if (!was_empty) return;
  line.turn = ++turns_;
  Place(at, aged_at_);
}

void ReadyKeys::Unlink(Lines::iterator at, ReadyKey& key) {
  const auto lane = LaneOf(at->second, key);
  (key.before != nullptr ? key.before->after : lane->first) = key.after;
  (key.after != nullptr ? key.after->before : lane->last) = key.before;
  key.before = key.after = nullptr;
  if (lane->first == nullptr) at->second.lanes.erase(lane);
  --sizes_[static_cast<size_t>(key.priority)];
}

void ReadyKeys::Place(Lines::iterator at, MonotonicTime now) {
  Line& line = at->second;
  if (line.lanes.empty()) {
    lines_.erase(at);
    return;
  }
  const ReadyKey& next = *NextLane(line, now)->first;
  line.rank = RankOf(next, std::max(now, next.since));
  order_.insert(at);
}

// --- order ---

// A key's rank changes only once in 10 s, so it is enough to compute all ranks anew once a second.
// That is cheap.
void ReadyKeys::LetAge(MonotonicTime now) {
  if (now - aged_at_ < kAgeingLook) return;
  aged_at_ = now;
  order_.clear();
  for (auto line = lines_.begin(); line != lines_.end(); ++line) Place(line, now);
}

int ReadyKeys::WorkedOn(const Symbol& namespace_) const {
  const auto found = worked_on_.find(namespace_);
  return found == worked_on_.end() ? 0 : found->second;
}

bool ReadyKeys::MayBeTaken(const Symbol& namespace_) const {
  return reserve_ == 0 || free_ > reserve_ || WorkedOn(namespace_) < free_;
}

ReadyKey* ReadyKeys::Take(MonotonicTime now) {
  if (order_.empty()) return nullptr;
  LetAge(now);
  auto next = order_.end();
  for (auto at = order_.begin(); at != order_.end(); ++at) {
    const Symbol& namespace_ = (*at)->first.first;
    if (!MayBeTaken(namespace_)) continue;
    if (next == order_.end()) next = at;  // in case each waiting namespace has half the workers
    if (WorkedOn(namespace_) >= share_) continue;
    next = at;
    break;
  }
  if (next == order_.end()) return nullptr;

  const Lines::iterator line = *next;
  Lanes& lanes = line->second.lanes;
  const auto lane = NextLane(line->second, now);
  ReadyKey& taken = *lane->first;
  order_.erase(next);
  std::rotate(lane, lane + 1, lanes.end());  // so the line's other lanes have their turn next
  Unlink(line, taken);
  line->second.turn = ++turns_;
  Place(line, now);
  ++worked_on_[taken.key->namespace_];
  --free_;
  return &taken;
}

void ReadyKeys::Done(const Symbol& namespace_) {
  ++free_;
  const auto found = worked_on_.find(namespace_);
  if (--found->second == 0) worked_on_.erase(found);
}

}  // namespace windlass
