// toy.windlass.dev/v1alpha1 Departure: one Pod that is evicted once a tower has cleared it. The
// value, and how it is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kind/finalizers.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"

namespace windlass {
class Decoder;
}  // namespace windlass

namespace windlass::departure {

inline constexpr ResourceId kDepartures{
    "toy.windlass.dev",  "v1alpha1",
    "departures",        "Departure",
    /*namespaced=*/true, "test/departure/toy.windlass.dev_departures.yaml"};

struct DepartureSpec {
  std::string pod;    // the name of the Pod; the schema allows ""
  std::string tower;  // the address of the tower to ask; "": nobody is asked
};

// The Pod that a Departure is about. A later Pod of the same name has another uid.
struct Passenger {
  std::string name;
  Uid uid;
  bool operator==(const Passenger&) const = default;
};

struct DepartureStatus {
  int64_t observed_generation = 0;
  std::string phase;
  std::string message;
  std::optional<Passenger> pod{};  // nullopt until the Pod of spec.pod is found
  std::vector<Condition> conditions{};
  bool operator==(const DepartureStatus&) const = default;
};

struct Departure {
  ObjectMeta meta;
  kind::Finalizers finalizers;
  DepartureSpec spec;
  DepartureStatus status;
};

// Returns kMalformed if the object has no metadata.name.
Result<Departure> DecodeDeparture(Decoder& decoder, std::string_view object_json);

}  // namespace windlass::departure
