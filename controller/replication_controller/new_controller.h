// What is created: a copy of the old controller with another image, or what spec.controller says
// (RC-3, RC-5, RC-7). And what an update to an image does to the old one first, so that the two can
// be told apart (RC-6).
#pragma once

#include <optional>
#include <string>

#include "controller/replication_controller/situation.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// Returns the image of the container of a new template that spec.image is for: spec.container, or
// what the old one's first container is called, or else the first. Error kInvalid, with kubectl's
// text, if there is none (RC-5).
Result<std::string> ImageIn(const Situation& situation, const std::string& template_json);

// Returns the new controller, with 0 replicas and the annotations of an update. It is to have
// `size_before` replicas at the end, unless spec.controller says another number. Error kInvalid,
// with kubectl's text, if the old controller and the spec do not allow it (RC-3, RC-5). Requires
// the old controller, and spec.image or spec.controller.
Result<ReplicationController> MakeNewController(const Situation& situation, int32_t size_before);

// Returns the request that creates it; `dry`: that asks whether the creation would be refused.
Request CreateRequest(const ReplicationController& made, bool dry = false);

// --- an update to an image: the old controller ---

// Returns the old controller as LabelOld leaves it, with the label in its selector: that of the
// template, or one made of a hash. As it is if spec.image is not set. Requires the old controller.
ReplicationController LabelledOld(const Situation& situation);

// Returns the next step by which the old controller notes the name of the new one, and, if its
// selector lacks the label that tells the two apart, gets that label; nullopt if all are done, and
// if spec.image is not set. No Pod may be lost on the way, so each step is made only when the one
// before has taken effect:
//
//   1. the label goes into the template
//   2. the replication controller has observed that: no Pod is made without the label any more
//   3. each Pod of the controller gets the label
//   4. an uncached list shows none without it
//   5. the replication controller has seen them, as status.fullyLabeledReplicas says. Otherwise it
//      would make another Pod for each that it does not select any more
//   6. the label goes into the selector
//
// kubectl does not wait at 2, 4 and 5.
std::optional<Step> LabelOld(const Situation& situation, const ReplicationController& labelled);

}  // namespace windlass::replication_controller
