// The port to a tower: something outside the cluster that clears Pods for departure.
#pragma once

#include <functional>
#include <string>

#include "controller/core/controller.h"

namespace windlass::departure {

struct Question {
  std::string tower;  // its address
  std::string pod;    // "<namespace>/<name>"
};

struct Clearance {
  bool granted = false;
  std::string why{};  // of a refusal
};

// Asks a tower. Calls `answer` at most once, after the Tower has returned. The returned function
// cancels the question.
using Tower = std::function<Controller::CancelQuestion(
    const Question& question, std::function<void(Result<Clearance>)> answer)>;

}  // namespace windlass::departure
