// EventRecorder: writes Kubernetes Events, core/v1. It merges Events and limits their number, and
// never makes its callers wait.
//
//   - A repeat of an Event within 10 minutes is a PATCH of its count.
//   - From the tenth different message on, Events of one object, component, type and reason are
//     merged into one: "(combined from similar events): …".
//   - Each object may have 25 Events of one component and type in a burst, then one per 300 s.
//   - At most one Event of each namespace is in flight, and at most kEventsInFlightMax Events in
//     all. Namespaces take turns. Example: a webhook hangs on an Event of "shop". Meanwhile the
//     Events of "blog" are written (C-018).
//   - At most kEventQueueMax Events wait. If there are more, the namespace with the most waiting
//     Events loses its oldest Normal Event, or its oldest Event if all of them are Warnings.
// The client tries an Event at most kEventTriesMax times, not counting a first 401 (retry.h). It
// sends Events only while no other call waits for its turn. If an Event is not written, the
// recorder counts it as dropped. A write that failed is also logged at debug level. There are two
// warnings, each at most once per kEventWarningEvery:
//   - Events were dropped because too many wait.
//   - A webhook or the API server failed, or gave no answer to the write of an Event.
// Core thread only. Source: D-536.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/client/client.h"

namespace windlass {

// The most Events that wait to be sent.
inline constexpr size_t kEventQueueMax = 1000;
// The shortest time between two warnings of the same kind in the log.
inline constexpr Duration kEventWarningEvery = seconds(60);

struct EventCounters {
  uint64_t recorded = 0;
  uint64_t sent = 0;
  uint64_t dropped = 0;
};

class EventRecorder {
 public:
  // All references must outlive the recorder.
  EventRecorder(const Clock& clock, Log& log, Client& client);
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  // Records an Event about an object. Returns at once; the Event is sent later, or dropped.
  // event.component becomes source.component and reportingComponent of the API object.
  void Record(const ObjectReference& about, const Event& event);

  EventCounters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
