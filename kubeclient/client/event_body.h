// The JSON of an Event: to create it, and to count its repeats.
#pragma once

#include <string>

#include "kubeclient/client/event_series.h"

namespace windlass {

// Returns namespace and name of the Event. The namespace is that of the object the Event is about,
// or "default" if the object is cluster-scoped.
ObjectKey EventKey(const EventSeries& series);

// Returns a core/v1 Event, with the fields that upstream's recorder writes (D-536).
std::string EventBody(const EventSeries& series);

// Returns a merge patch with the Event's new count, time and message.
std::string EventCountPatch(const EventSeries& series);

}  // namespace windlass
