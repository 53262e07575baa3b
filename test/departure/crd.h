// The CustomResourceDefinition of Departures.
#pragma once

#include "controller/kind/needed_crd.h"
#include "test/departure/departure.h"

namespace windlass::departure {

// With an older one, the API server could drop status.pod, and a later Pod of the same name would
// be evicted.
inline constexpr kind::NeededCrd kCrd{
    .resource = kDepartures, .revision = 1, .rights = "test/departure/rbac.yaml"};

}  // namespace windlass::departure
