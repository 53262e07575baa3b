#include "kubeclient/client/event_series.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/cut_text.h"

namespace windlass {
namespace {

// From this many different messages on, similar Events are merged into one.
constexpr size_t kSimilarEventsMax = 10;
// How many Events each object may have per component and type: 25 at once, then one per 300 s.
constexpr int kEventSpamBurst = 25;
constexpr double kEventSpamPerSecond = 1.0 / 300;

// Returns the key of an Event's spam limit: object, component and type. So
//   - a flood of Normal Events does not suppress a Warning
//   - one controller does not use up the Events of another
std::string SpamKey(const ObjectReference& about, const Event& event) {
  std::string key = about.api_version;
  for (const std::string& part :
       {about.kind, about.key.ToString(), about.uid.ToString(), event.component}) {
    key += '\n';
    key += part;
  }
  key += event.type == Event::Type::kWarning ? "\nW" : "\nN";
  return key;
}

}  // namespace

std::optional<std::string> EventCorrelator::Observe(const ObjectReference& about,
                                                    const Event& event, EventTime time) {
  const std::string spam_key = SpamKey(about, event);
  const std::string group_key = spam_key + '\n' + event.reason;
  const Group* told_before = groups_.Find(group_key);
  if (told_before != nullptr && time.now - told_before->seen < event.at_most_every) {
    return std::nullopt;
  }
  Event told = event;
  told.message = CutText(event.message, kEventMessageBytesMax);
  std::string key = group_key;
  if (IsOneOfMany(group_key, told.message, time.now)) {
    const std::string combined = "(combined from similar events): " + told.message;
    told.message = CutText(combined, kEventMessageBytesMax);
  } else {
    key += '\n' + told.message;
  }

  const WallTime wall{time.wall_micros / 1'000'000};
  EventSeries* series = series_.Find(key);
  const bool over =
      series != nullptr && (series->lost || time.now - series->seen > kSimilarEventsWindow);
  if (series == nullptr || (over && !series->busy())) {
    EventSeries fresh;
    fresh.name = NewName(about, time.wall_micros);
    fresh.first = wall;
    series = &series_.Put(key, std::move(fresh));
  }
  series->about = about;
  series->event = std::move(told);
  series->last = wall;
  series->seen = time.now;
  ++series->count;

  TokenBucket* spam = spam_.Find(spam_key);
  if (spam == nullptr) {
    spam = &spam_.Put(spam_key, TokenBucket(kEventSpamPerSecond, kEventSpamBurst));
  }
  if (!spam->TryTake(time.now)) return std::nullopt;
  return key;
}

// Returns true if `message` must be merged with other messages of its group. Merging begins with
// the tenth distinct message (D-536). The group remembers the first nine. Example: messages 1 to 9
// are nine series, 10 and 11 are merged, and message 3 again is a repeat in its own series.
bool EventCorrelator::IsOneOfMany(const std::string& group_key, const std::string& message,
                                  MonotonicTime now) {
  Group* group = groups_.Find(group_key);
  if (group == nullptr || now - group->seen > kSimilarEventsWindow) {
    group = &groups_.Put(group_key, Group{});
  }
  group->seen = now;
  const size_t hash = std::hash<std::string>{}(message);
  if (std::ranges::find(group->messages, hash) == group->messages.end()) {
    group->messages.push_back(hash);
  }
  if (group->messages.size() < kSimilarEventsMax) return false;
  group->messages.pop_back();
  return true;
}

// Returns a unique name, even if the clock stands still or goes back.
std::string EventCorrelator::NewName(const ObjectReference& about, int64_t wall_micros) {
  last_nanos_ = std::max(last_nanos_ + 1, wall_micros * 1000);
  return EventName(about.key.name, last_nanos_);
}

std::string EventName(std::string_view object_name, int64_t unix_nanos) {
  std::array<char, 16> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), unix_nanos, 16).ptr;
  const std::string_view suffix(hex.data(), static_cast<size_t>(end - hex.data()));
  std::string name(object_name.substr(0, kNameBytesMax - 1 - suffix.size()));
  while (name.ends_with('.') || name.ends_with('-')) name.pop_back();
  name += '.';
  name += suffix;
  return name;
}

}  // namespace windlass
