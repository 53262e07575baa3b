// The JSON of an Event: as it is created, and as its repeats are counted.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/client/event_series.h"

namespace windlass {

// Namespace and name of the Event: beside its object, or in "default" for a cluster-scoped one.
ObjectKey EventKey(const EventSeries& series);

// A core/v1 Event (upstream's recorder writes these; the fields and their names are D-536's).
std::string EventBody(const EventSeries& series, std::string_view component);

// The fields of a merge patch that says how often by now, and when last.
std::string EventCountPatch(const EventSeries& series);

}  // namespace windlass
