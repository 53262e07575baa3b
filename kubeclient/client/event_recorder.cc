#include "kubeclient/client/event_recorder.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "kubeclient/client/event_body.h"
#include "kubeclient/client/event_series.h"

namespace windlass {
namespace {

// Returns uid and resourceVersion of the Event in a reply, which the next patch of its count needs.
// Returns nullopt if the reply lacks one of them.
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
  void DropOldest();
  void SendQueued();
  void Send(const std::string& key, EventSeries& series);
  void OnReply(const std::string& key, const ObjectKey& object, int64_t count,
               const Result<Reply>& reply);
  void Count(const ObjectKey& object, const Result<Reply>& reply);

  const Clock& clock;
  Log& log;
  Client& client;
  EventCorrelator correlator;
  std::deque<std::string> queue;  // keys of the series that wait to be sent
  int in_flight = 0;
  EventCounters counters;
  // Destroyed with the recorder. Replies hold a weak_ptr to it and do nothing once it is gone.
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
};

void EventRecorder::Impl::Record(const ObjectReference& about, const Event& event) {
  ++counters.recorded;
  const auto key = correlator.Observe(about, event, {clock.Now(), clock.WallMicros()});
  if (!key) {
    ++counters.dropped;
    return;
  }
  EventSeries* series = correlator.Find(*key);
  // A busy series needs no second place: a write that waits will have the new count, and one in
  // flight is followed by another (OnReply).
  if (!series->busy()) Queue(*key, *series);
  SendQueued();
}

void EventRecorder::Impl::Queue(const std::string& key, EventSeries& series) {
  if (queue.size() >= kEventQueueMax) DropOldest();
  series.queued = true;
  queue.push_back(key);
}

// Drops the oldest Normal Event, or the oldest Warning if there are only Warnings.
void EventRecorder::Impl::DropOldest() {
  const auto is_normal = [this](const std::string& key) {
    const EventSeries* series = correlator.Find(key);
    return series == nullptr || series->event.type == Event::Type::kNormal;
  };
  auto oldest = std::ranges::find_if(queue, is_normal);
  if (oldest == queue.end()) oldest = queue.begin();
  if (EventSeries* series = correlator.Find(*oldest)) series->queued = false;
  queue.erase(oldest);
  ++counters.dropped;
}

void EventRecorder::Impl::SendQueued() {
  while (in_flight < kEventsInFlightMax && !queue.empty()) {
    const std::string key = std::move(queue.front());
    queue.pop_front();
    EventSeries* series = correlator.Find(key);
    if (series == nullptr) {
      ++counters.dropped;
      continue;
    }
    series->queued = false;
    Send(key, *series);
  }
}

void EventRecorder::Impl::Send(const std::string& key, EventSeries& series) {
  const ObjectKey object = EventKey(series);
  const Request request =
      series.written
          ? Request::MergePatch(resources::kEvents, *series.written, "", EventCountPatch(series))
          : Request::Create(resources::kEvents, object, EventBody(series));
  series.in_flight = true;
  ++in_flight;
  const std::weak_ptr<const bool> still_there = alive;
  client.Execute(
      request, [this, still_there, key, object, count = series.count](const Result<Reply>& reply) {
        if (!still_there.expired()) OnReply(key, object, count, reply);
      });
}

void EventRecorder::Impl::OnReply(const std::string& key, const ObjectKey& object, int64_t count,
                                  const Result<Reply>& reply) {
  --in_flight;
  EventSeries* series = correlator.Find(key);
  // The correlator has forgotten the series and begun another under the same key.
  if (series != nullptr && series->name != object.name) series = nullptr;
  if (series != nullptr) series->in_flight = false;

  // The server deletes Events after an hour: create the Event again.
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
  // AlreadyExists and Conflict: only we write our Events, so an earlier try of ours was executed.
  const bool landed = reply.ok() || reply.error().kind == ErrorKind::kAlreadyExists ||
                      reply.error().kind == ErrorKind::kConflict;
  ++(landed ? counters.sent : counters.dropped);
  if (landed) return;
  log.Debug("event not recorded", {{"event", object.ToString()},
                                   {"kind", Name(reply.error().kind)},
                                   {"error", reply.error().message}});
}

EventRecorder::EventRecorder(const Clock& clock, Log& log, Client& client)
    : impl_(std::make_unique<Impl>(clock, log, client)) {}

EventRecorder::~EventRecorder() = default;

void EventRecorder::Record(const ObjectReference& about, const Event& event) {
  impl_->Record(about, event);
}

EventCounters EventRecorder::counters() const { return impl_->counters; }

}  // namespace windlass
