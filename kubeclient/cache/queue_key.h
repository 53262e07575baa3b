// What stands in a work queue: an object of one controller. Deployment `web` and Rollout `web` of
// one namespace are two keys.
#pragma once

#include <cstdint>

#include "kubeclient/api/object_meta.h"

namespace windlass {

struct QueueKey : ObjectKey {
  uint8_t controller = 0;  // its place in the list of controllers

  bool operator==(const QueueKey&) const = default;
  // By namespace, then by name, then by controller.
  bool operator<(const QueueKey& other) const {
    if (ObjectKey::operator<(other)) return true;
    return ObjectKey::operator==(other) && controller < other.controller;
  }
};

}  // namespace windlass
