// Rollouts made of Deployments. A Rollout has the spec of a Deployment, but the settings of
// in-place updates are fields of spec.strategy instead of annotations:
//
//   windlass.dev/in-place: Only                  type: InPlaceOnly
//   windlass.dev/in-place-surge: Always          inPlace: {surge: Always}
//   windlass.dev/in-place-partition: "1"         partition: 1
//   windlass.dev/in-place-drain: Label:t=on/off  inPlace: {drain: Label, drainLabel: {key: t, …}}
#pragma once

#include <string>
#include <string_view>

#include "test/sim/object.h"

namespace windlass::sim {

// Returns a Rollout with the metadata and the spec of the Deployment. Throws like SetInPlaceField.
Json AsRollout(const Json& deployment);

// Returns true if `text` is a number without a sign.
bool IsNumber(const std::string& text);

// Returns true for windlass.dev/in-place and windlass.dev/in-place-….
bool IsInPlaceSetting(std::string_view annotation);

// Sets the field of a Rollout that means the same as this annotation of a Deployment. An empty
// value removes the field. Throws std::invalid_argument if there is no such field.
void SetInPlaceField(Json& rollout, const std::string& annotation, const std::string& value);

}  // namespace windlass::sim
