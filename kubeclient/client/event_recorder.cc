#include "kubeclient/client/event_recorder.h"

#include <algorithm>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/client/event_series.h"

namespace windlass {
namespace {

// --- the JSON of an Event: to create it, and to count its repeats ---

nlohmann::json InvolvedObject(const ObjectReference& about) {
  nlohmann::json object = {
      {"apiVersion", about.api_version}, {"kind", about.kind}, {"name", about.key.name}};
  if (!about.key.namespace_.empty()) object["namespace"] = about.key.namespace_.text();
  if (!about.uid.IsZero()) object["uid"] = about.uid.ToString();
  if (!about.resource_version.empty()) object["resourceVersion"] = about.resource_version.text;
  return object;
}

// Returns namespace and name of the Event. The namespace is that of the object the Event is about,
// or "default" if the object is cluster-scoped.
ObjectKey EventKey(const EventSeries& series) {
  const Symbol& namespace_ = series.about.key.namespace_;
  return {namespace_.empty() ? Symbol("default") : namespace_, series.name};
}

// Returns a core/v1 Event, with the fields that upstream's recorder writes (D-536).
std::string EventBody(const EventSeries& series) {
  const ObjectKey key = EventKey(series);
  const bool warning = series.event.type == Event::Type::kWarning;
  nlohmann::json metadata = {{"namespace", key.namespace_.text()}, {"name", key.name}};
  if (!series.event.annotations.empty()) metadata["annotations"] = series.event.annotations;
  const nlohmann::json body = {{"apiVersion", resources::kEvents.GroupVersion()},
                               {"kind", resources::kEvents.kind},
                               {"metadata", metadata},
                               {"involvedObject", InvolvedObject(series.about)},
                               {"reason", series.event.reason},
                               {"message", series.event.message},
                               {"type", warning ? "Warning" : "Normal"},
                               {"source", {{"component", series.event.component}}},
                               {"reportingComponent", series.event.component},
                               {"reportingInstance", ""},
                               {"firstTimestamp", FormatTime(series.first)},
                               {"lastTimestamp", FormatTime(series.last)},
                               {"count", series.count}};
  return DumpJson(body);
}

// Returns a merge patch with the Event's new count, last time, message and annotations.
std::string EventCountPatch(const EventSeries& series) {
  nlohmann::json patch = {{"count", series.count},
                          {"lastTimestamp", FormatTime(series.last)},
                          {"message", series.event.message}};
  if (!series.event.annotations.empty()) {
    patch["metadata"]["annotations"] = series.event.annotations;
  }
  return DumpJson(patch);
}

// --- sending ---

// Returns uid and resourceVersion of the Event in a reply. The next patch of the Event's count
// needs both. Returns nullopt if the reply lacks one of them.
std::optional<ObjectVersion> VersionIn(const Reply& reply, const ObjectKey& key) {
  const nlohmann::json event = nlohmann::json::parse(reply.body, nullptr, false);
  if (!event.is_object() || !event.contains("metadata")) return std::nullopt;
  const nlohmann::json& metadata = event["metadata"];
  const auto text = [&](const char* field) -> std::string {
    if (!metadata.is_object() || !metadata.contains(field)) return {};
    return metadata[field].is_string() ? metadata[field].get<std::string>() : std::string();
  };
  const std::optional<Uid> uid = Uid::Parse(text("uid"));
  ResourceVersion version{text("resourceVersion")};
  if (!uid || version.empty()) return std::nullopt;
  return ObjectVersion{key, *uid, std::move(version)};
}

}  // namespace

struct EventRecorder::Impl {
  Impl(const Clock& the_clock, Log& the_log, Client& the_client)
      : clock(the_clock), log(the_log), client(the_client) {}

  void Record(const ObjectReference& about, const Event& event);
  void Queue(const std::string& key, EventSeries& series);
  void DropOne();
  void SendQueued();
  std::string TakeFrom(const Symbol& namespace_);
  void Send(const std::string& key, EventSeries& series);
  void OnReply(const std::string& key, const ObjectKey& object, int64_t count,
               const Result<Reply>& reply);
  void Count(const ObjectKey& object, const Result<Reply>& reply);
  void Warn(std::string_view what, const LogFields& fields);

  const Clock& clock;
  Log& log;
  Client& client;
  EventCorrelator correlator;
  // Keys of the series that wait to be sent, by namespace, oldest first. No deque is empty.
  std::map<Symbol, std::deque<std::string>> waiting;
  std::deque<Symbol> turns;  // the namespaces of `waiting`; the first has the next turn
  size_t waiting_count = 0;
  std::set<Symbol> in_flight;  // namespaces with an Event in flight
  EventCounters counters;
  // When each warning was last logged, by its text. The texts are literals, so the keys stay valid.
  std::map<std::string_view, MonotonicTime> warned;
  Lifetime lifetime;
};

void EventRecorder::Impl::Record(const ObjectReference& about, const Event& event) {
  ++counters.recorded;
  const auto key = correlator.Observe(about, event, {clock.Now(), clock.WallMicros()});
  if (!key) {
    ++counters.dropped;
    return;
  }
  EventSeries* series = correlator.Find(*key);
  // A series that is queued or in flight is not queued here:
  //   - If it is queued, its write will have the new count.
  //   - If it is in flight, OnReply queues it again if the write succeeds, or if the API server has
  //     deleted the Event. After any other failure, the repeats that came meanwhile are lost.
  if (!series->busy()) Queue(*key, *series);
  SendQueued();
}

void EventRecorder::Impl::Queue(const std::string& key, EventSeries& series) {
  if (waiting_count >= kEventQueueMax) DropOne();
  series.queued = true;
  const Symbol namespace_ = EventKey(series).namespace_;
  std::deque<std::string>& line = waiting[namespace_];
  if (line.empty()) turns.push_back(namespace_);
  line.push_back(key);
  ++waiting_count;
}

// Drops one Event of the namespace with the most waiting Events, so that this namespace does not
// push out the Events of others. It is the oldest Normal Event, or the oldest Warning if there are
// only Warnings.
void EventRecorder::Impl::DropOne() {
  const auto count = [](const auto& entry) { return entry.second.size(); };
  const auto fullest = std::ranges::max_element(waiting, {}, count);
  std::deque<std::string>& line = fullest->second;
  const auto is_normal = [this](const std::string& key) {
    const EventSeries* series = correlator.Find(key);
    return series == nullptr || series->event.type == Event::Type::kNormal;
  };
  const auto normal = std::ranges::find_if(line, is_normal);
  if (normal != line.end()) std::rotate(line.begin(), normal, normal + 1);
  const std::string namespace_(fullest->first.text());
  if (EventSeries* series = correlator.Find(TakeFrom(fullest->first))) series->queued = false;
  ++counters.dropped;
  Warn("Events are dropped: too many wait to be written",
       {{"waiting", kEventQueueMax}, {"most_of_namespace", namespace_}});
}

// Removes the first key of waiting[namespace_] and returns it. At least one key must wait there.
std::string EventRecorder::Impl::TakeFrom(const Symbol& namespace_) {
  const auto line = waiting.find(namespace_);
  std::string key = std::move(line->second.front());
  line->second.pop_front();
  --waiting_count;
  if (line->second.empty()) {
    std::erase(turns, line->first);
    waiting.erase(line);
  }
  return key;
}

void EventRecorder::Impl::SendQueued() {
  for (size_t left = turns.size(); left > 0; --left) {
    if (in_flight.size() >= size_t{kEventsInFlightMax}) return;
    const Symbol namespace_ = turns.front();
    turns.pop_front();
    turns.push_back(namespace_);
    while (waiting.contains(namespace_) && !in_flight.contains(namespace_)) {
      const std::string key = TakeFrom(namespace_);
      EventSeries* series = correlator.Find(key);
      if (series == nullptr) {
        ++counters.dropped;
        continue;
      }
      series->queued = false;
      Send(key, *series);
    }
  }
}

void EventRecorder::Impl::Send(const std::string& key, EventSeries& series) {
  const ObjectKey object = EventKey(series);
  const Request request =
      series.written
          ? Request::MergePatch(resources::kEvents, *series.written, "", EventCountPatch(series))
          : Request::Create(resources::kEvents, object, EventBody(series));
  series.in_flight = true;
  in_flight.insert(object.namespace_);
  auto answered = [this, key, object, count = series.count](const Result<Reply>& reply) {
    OnReply(key, object, count, reply);
  };
  client.Execute(request, lifetime.Guard(std::move(answered)));
}

void EventRecorder::Impl::OnReply(const std::string& key, const ObjectKey& object, int64_t count,
                                  const Result<Reply>& reply) {
  in_flight.erase(object.namespace_);
  EventSeries* series = correlator.Find(key);
  // If the name differs, the correlator has forgotten the series that we sent, and has begun
  // another series with the same key.
  if (series != nullptr && series->name != object.name) series = nullptr;
  if (series != nullptr) series->in_flight = false;

  // The API server deletes Events, by default after an hour. If a patch of the count gets NotFound
  // for this reason, the Event is created again.
  const bool gone = series != nullptr && series->written && !reply.ok() &&
                    reply.error().kind == ErrorKind::kNotFound;
  if (gone) {
    series->written.reset();
    Queue(key, *series);
  } else {
    Count(object, reply);
    if (series != nullptr) {
      series->written = reply.ok() ? VersionIn(*reply, object) : std::nullopt;
      series->lost = !series->written;
      if (series->written && series->count > count) Queue(key, *series);
    }
  }
  SendQueued();
}

void EventRecorder::Impl::Count(const ObjectKey& object, const Result<Reply>& reply) {
  // AlreadyExists and Conflict mean that an earlier try was executed, because no other client
  // writes our Events.
  const bool landed = reply.ok() || reply.error().kind == ErrorKind::kAlreadyExists ||
                      reply.error().kind == ErrorKind::kConflict;
  ++(landed ? counters.sent : counters.dropped);
  if (landed) return;
  const LogFields fields = {{"event", object.ToString()},
                            {"kind", Name(reply.error().kind)},
                            {"error", reply.error().message}};
  log.Debug("event not recorded", fields);
  const bool unanswered =
      reply.error().kind == ErrorKind::kWebhook || reply.error().kind == ErrorKind::kAmbiguous;
  if (unanswered) {
    Warn(
        "an Event may not have been written: a webhook or the API server failed or gave no answer; "
        "other Events of the same namespace may be late",
        fields);
  }
}

void EventRecorder::Impl::Warn(std::string_view what, const LogFields& fields) {
  const MonotonicTime now = clock.Now();
  const auto [said, is_first] = warned.try_emplace(what, now);
  if (!is_first && now - said->second < kEventWarningEvery) return;
  said->second = now;
  log.Warning(what, fields);
}

EventRecorder::EventRecorder(const Clock& clock, Log& log, Client& client)
    : impl_(std::make_unique<Impl>(clock, log, client)) {}

EventRecorder::~EventRecorder() = default;

void EventRecorder::Record(const ObjectReference& about, const Event& event) {
  impl_->Record(about, event);
}

EventCounters EventRecorder::counters() const { return impl_->counters; }

}  // namespace windlass
