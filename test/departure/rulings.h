// What users read about a Departure: phase, condition, reason and message for each case.
#pragma once

#include <string>

#include "controller/kind/conditions.h"
#include "kubeclient/base/result.h"
#include "test/departure/departure.h"
#include "test/departure/tower.h"

namespace windlass::departure {

// Nothing happens until somebody acts.
kind::Ruling NoPodNamed();
kind::Ruling NoTower(const DepartureSpec& spec);
kind::Ruling Refused(const DepartureSpec& spec, const Error& error);

// Each waits for something that comes.
kind::Ruling NoSuchPod(const DepartureSpec& spec);
kind::Ruling Chosen(const DepartureSpec& spec);
kind::Ruling NoAnswer(const DepartureSpec& spec, const Error& error);
kind::Ruling NotCleared(const DepartureSpec& spec, const Clearance& clearance);
kind::Ruling BudgetRefuses(const DepartureSpec& spec, const Error& error);
kind::Ruling Departing(const DepartureSpec& spec);

// All is done.
kind::Ruling Departed(const DepartureSpec& spec);

}  // namespace windlass::departure
