// The toy controller, an example of how a controller is added. A ConfigMap with the annotation
// toy.windlass.dev/copy-to: NAME gives its text data["value"] to the ConfigMap NAME of its
// namespace. The text goes into the annotation toy.windlass.dev/value. If several ConfigMaps name
// the same target, the first of them by name counts. A text that ends in "?" is a question to the
// oracle, whose answer is copied in its place. Core thread only.
#pragma once

#include <functional>
#include <string>

#include "controller/runtime/watching_controller.h"

namespace windlass {

// Something outside the cluster that knows answers. The toy controller calls it in its Send, with
// the same contract. The answer to a question is a std::string.
using ToyOracle = std::function<Controller::CancelQuestion(const std::string& question,
                                                           Controller::AnswerHandler answer)>;

// Returns the toy controller as an entry of a process's list. Without an oracle, questions are
// copied as they are.
ControllerEntry ToyControllerEntry(ToyOracle oracle = nullptr);

}  // namespace windlass
