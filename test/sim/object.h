// API objects as the simulator holds them: immutable JSON trees, shared between the store, the
// watch history and their readers. Reading never fails: an absent field has its zero value.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/clock.h"

namespace windlass::sim {

using Json = nlohmann::json;  // object keys are sorted: the same object is the same bytes
using Object = std::shared_ptr<const Json>;

Object MakeObject(Json value);

// Returns the JSON text that kube-apiserver sends. Go's encoder writes '<', '>' and '&' as \u003c
// and so on, six bytes each.
std::string ServerText(const Json& value);
// Returns about how many bytes the object has in etcd, where nothing is escaped.
size_t StoredSize(const Json& value);

// Returns the value at a path of keys; a JSON null if there is none.
const Json& At(const Json& value, std::initializer_list<std::string_view> path);
std::string TextAt(const Json& value, std::initializer_list<std::string_view> path);
int64_t IntAt(const Json& value, std::initializer_list<std::string_view> path, int64_t absent = 0);
bool BoolAt(const Json& value, std::initializer_list<std::string_view> path);

std::string NameOf(const Json& object);
std::string NamespaceOf(const Json& object);
std::string UidOf(const Json& object);
std::string RevisionOf(const Json& object);  // metadata.resourceVersion
bool IsDeleting(const Json& object);         // has a deletionTimestamp
int64_t ReplicasOf(const Json& object);      // spec.replicas; 1 if it is absent
std::string LabelOf(const Json& object, std::string_view key);
std::string AnnotationOf(const Json& object, std::string_view key);

// Returns the reference with controller: true; a JSON null if there is none.
const Json& ControllerOf(const Json& object);
std::string ControllerUidOf(const Json& object);

// Returns a condition of status.conditions; a JSON null if there is none.
const Json& ConditionOf(const Json& object, std::string_view type);

// Returns true if status.phase is Succeeded or Failed.
bool IsTerminalPod(const Json& pod);
// Returns true if the Pod is neither terminal nor being deleted: the ReplicaSet controller counts
// such Pods (D-740).
bool IsActivePod(const Json& pod);
bool IsReadyPod(const Json& pod);
// Returns true if the Pod has been Ready for at least `min_ready` at `now` (D-740).
bool IsAvailablePod(const Json& pod, seconds min_ready, WallTime now);

// Returns RFC 3339 in UTC with whole seconds. It is the simulator's own code, so that the model
// does not share a mistake with the code under test.
std::string TimeText(WallTime time);
// Parses a text made by TimeText; returns 0 for anything else.
WallTime TimeValue(std::string_view text);

}  // namespace windlass::sim
