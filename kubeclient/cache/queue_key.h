// The key of a work queue: an object, and the controller that handles it. Deployment `web` and
// StatefulSet `web` of one namespace are two keys.
#pragma once

#include <cstdint>

#include "kubeclient/api/object_meta.h"

namespace windlass {

struct QueueKey : ObjectKey {
  uint8_t controller = 0;  // the controller's place in the list of controllers

  bool operator==(const QueueKey&) const = default;
  // By namespace, then by name, then by controller.
  bool operator<(const QueueKey& other) const {
    if (ObjectKey::operator<(other)) return true;
    return ObjectKey::operator==(other) && controller < other.controller;
  }
};

}  // namespace windlass
