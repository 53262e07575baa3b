// Makes the new controller: a copy of the old one with another image, or what spec.controller says
// (RC-3, RC-5, RC-7). For an update to an image, first adds a label to the old controller's Pods,
// template and selector. The new controller has another value of this label, so neither controller
// selects the other's Pods (RC-6).
#pragma once

#include <optional>
#include <string>

#include "controller/replication_controller/situation.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// Returns the image of the container in `template_json` that spec.image is meant for (RC-5). This
// is
//   - the container that spec.container names, if it is set
//   - otherwise the container that has the name of the old controller's first container
//   - otherwise the first container
// Returns error kInvalid, with kubectl's text, if there is no such container.
Result<std::string> ImageIn(const Situation& situation, const std::string& template_json);

// Returns the new controller, with 0 replicas and the annotations of an update. kDesiredReplicas is
// spec.controller.replicas or, if that is not set, `size_before`. Requires the old controller, and
// spec.image or spec.controller.
// Returns error kInvalid, with kubectl's text, if no new controller can be made from the old one
// and the spec (RC-3, RC-5).
Result<ReplicationController> MakeNewController(const Situation& situation, int32_t size_before);

// Returns the size with which `made` is to be created: the number of Pods without an owner that its
// selector matches, at most its final size (RC-7). Example: with final size 3, 2 such Pods give 2,
// and 5 give 3. Such Pods are left if the new controller of an earlier update was deleted without
// them. kube-controller-manager adopts them, and deletes those above spec.replicas. The Pods are
// listed, because the cache may be late.
OrStep<int32_t> FirstSize(const Situation& situation, const ReplicationController& made);

// Returns the request that creates `made`. If `dry` is true, the request is a dry run: it only asks
// whether the API server would create `made`.
Request CreateRequest(const ReplicationController& made, bool dry = false);

// --- an update to an image: the old controller ---

// Returns the old controller with the label spec.deploymentLabelKey in its selector, as LabelOld
// makes it. The label gets its value from the template, or a hash and "-orig" if the template has
// none. The template stays as it is. Returns the old controller unchanged if spec.image is not set,
// or its selector has the label. Requires the old controller.
ReplicationController LabelledOld(const Situation& situation);

// Notes the name of the new controller on the old one. If the selector of the old one lacks the
// label spec.deploymentLabelKey, also adds this label, in six steps. Returns the next step; nullopt
// if all steps are done, or if spec.image is not set. Each step waits until the step before it has
// taken effect, so that no Pod is lost:
//
//   1. the label is added to the template
//   2. kube-controller-manager has observed the template, so it makes no Pod without the label any
//      more
//   3. each Pod of the controller gets the label, except Pods that are being deleted
//   4. an uncached list shows no such Pod without the label
//   5. kube-controller-manager has seen the labels, as status.fullyLabeledReplicas says. Otherwise
//      it would, after step 6, make another Pod for each Pod whose label it has not seen
//   6. the label is added to the selector
//
// kubectl does not wait at 2, 4 and 5.
std::optional<Step> LabelOld(const Situation& situation, const ReplicationController& labelled);

}  // namespace windlass::replication_controller
