// The new ReplicationController: its name, and what is created. It is a copy of the old one with
// another image, or what spec.controller says (RC-3, RC-5, RC-7).
#pragma once

#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"
#include "kubeclient/api/string_map.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// Returns a label value of 32 hexadecimal digits for the Pods that `controller` makes of its
// present template, with `image` in place of the container's if it is not empty. kubectl hashes the
// encoded object here; neither compares such values.
std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image);

// Returns the image of the container that spec.image is for: the one that spec.container names, or
// else the first. Error kInvalid, with kubectl's text, if it is not clear or there is none (RC-5).
// `template_json` is that of the controller `name`.
Result<std::string> ImageIn(const Situation& situation, const std::string& name,
                            const std::string& template_json);

// Returns true if the selectors have a key in common whose values differ, so that no Pod belongs to
// both (RC-4).
bool HaveDifferentKey(const StringMap& old_selector, const StringMap& new_selector);

// Returns the request that creates the new controller, with 0 replicas and the annotations
// update-source-id and desired-replicas. Error kInvalid with kubectl's text if the old controller
// and the spec do not allow it (RC-3, RC-5). Requires that the old controller exists, and
// that spec.image or spec.controller is set.
// It is to have `size_before` replicas at the end, unless spec.controller says another number.
Result<Request> CreateNewController(const Situation& situation, int32_t size_before);

}  // namespace windlass::replication_controller
