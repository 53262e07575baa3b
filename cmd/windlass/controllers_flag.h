// Reads --controllers, the flag that chooses which of a program's controllers a process runs. Its
// value is written as for kube-controller-manager. It has no default, because the right choice
// depends on whether another Deployment controller runs in the cluster.
#pragma once

#include <string>
#include <string_view>

#include "controller/runtime/watching_controller.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Returns "deployment-controller" for the entry `deployment`. /readyz, and metrics about one
// controller, use this longer name. --controllers takes both names, as kube-controller-manager
// does.
std::string FullName(std::string_view entry);

// Returns the controllers of `all` that `wanted` enables, in the order of `all`. `wanted` is a list
// with commas:
//   *      enables all
//   name   enables one
//   -name  disables one
// The first item that names a controller counts; `*` is for controllers that no item names.
//   "*,-toy"            all but toy
//   "-deployment,toy"   toy
//   "toy,-toy"          toy
// Returns kConfig if `wanted` is empty, if an item names no controller of `all`, or if no
// controller is left. The error is one line with the flag, the value and what to write. For an
// empty `wanted` it says what each controller does.
Result<ControllerList> ChooseControllers(std::string_view wanted, const ControllerList& all);

// Returns the text of --help about --controllers.
std::string DescribeControllers(const ControllerList& all);

}  // namespace windlass
