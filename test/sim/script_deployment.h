// The Deployments and Rollouts that scripts write: how the fields of an `apply` become an object.
#pragma once

#include <string>

#include "kubeclient/base/clock.h"
#include "test/sim/object.h"

namespace windlass::sim {

// A script step ends when nothing has happened for some time. On the simulator that time is long
// enough for a call that gets no answer. So progressDeadlineSeconds and minReadySeconds are the
// script's numbers times this factor.
inline constexpr int kScriptSecondsFactor = 100;

// Returns a Deployment with one container "app" of image app:1. `selector` holds the labels of its
// selector and template.
Json ScriptDeployment(const std::string& name, const Json& selector);

// Sets a field of the language, "maxSurge" or "template.label.tier"; an empty value removes it.
// A Rollout gets annotations windlass.dev/in-place… as fields (rollout_object.h). Throws
// std::invalid_argument for a field that the language does not have.
void SetScriptField(Json& owner, const std::string& field, const std::string& value);

}  // namespace windlass::sim
