"""From a validated case to the objects that run it: domain, material, functional, conditions, solvers, stepper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from mpi4py import MPI

from phasefield import tensors
from phasefield.boundary import Conditions
from phasefield.case.axisymmetry import check_axial_stiffness
from phasefield.case.carriers import degenerate, levels
from phasefield.case.defects import debye_length, diffusivity
from phasefield.case.material import checked_samples, region_elastic
from phasefield.case.schema import Case
from phasefield.displacement import prescribed_displacement
from phasefield.errors import CaseError, nearest
from phasefield.ferroelectric import Body
from phasefield.initial import initial_polarization
from phasefield.ions import Ions
from phasefield.loads import Indenter
from phasefield.mesh import Domain, build_domain
from phasefield.physics.carriers import Carriers
from phasefield.physics.coefficients import Passive, Polar, passive
from phasefield.physics.electrostatics import charge_energy
from phasefield.physics.flexoelectricity import Coupling, coupling
from phasefield.physics.functional import Functional
from phasefield.scaling import scaling_for
from phasefield.solvers.contact import IndenterContact
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.drift import DriftSolver, SpeciesEquations
from phasefield.solvers.drift_krylov import system_for
from phasefield.solvers.floating import Floating
from phasefield.solvers.mechanics import MechanicsSolver
from phasefield.solvers.polarization import PolarizationSolver
from phasefield.solvers.rescue import Rescue
from phasefield.stepping import BackwardEuler, DriftRelax, DriftTransient, Motion, Ramp, Relax, Stepper, Transient
from phasefield.units import LENGTH


def region_coefficients(case: Case, domain: Domain, body: Body) -> dict[str, Polar | Passive]:
    """Coefficients of every region of the domain, of the ferroelectric body unless it is in `material.regions`."""
    unknown = set(case.material.regions) - set(domain.regions)
    if unknown:
        name = sorted(unknown)[0]
        raise CaseError(
            f'material.regions.{name}: the mesh has no region "{name}"{nearest(name, domain.regions)}'
            f" (it has: {', '.join(domain.regions)})"
        )
    return {name: body.polar if name in body.regions else _passive(case, name, body) for name in domain.regions}


def _passive(case: Case, name: str, body: Body) -> Passive:
    stiffness: tensors.Array = np.zeros((3, 3, 3, 3))
    region = case.material.regions[name]
    if case.mechanics.enabled and not region.fluid:
        constants = region_elastic(case, name)
        check_axial_stiffness(case, name, *constants)
        stiffness = tensors.rotate4(tensors.cubic_stiffness(*constants), body.rotation)
        if case.crystal.axial_average:
            stiffness = tensors.axial_average(stiffness)
    return passive(body.domain.mesh, stiffness, region.permittivity, body.scaling, fluid=region.fluid)


def _coupling(case: Case) -> Coupling:
    """How flexocoupling acts; with a given displacement only on P, and that from the energy of its form."""
    chosen = coupling(case.flexoelectricity.form, case.flexoelectricity.one_way)
    return chosen if case.mechanics.prescribed is None else replace(chosen, converse=chosen.direct)


class Parts:
    """All objects of a run, made from a case in the order in which they depend on each other."""

    def __init__(self, case: Case, comm: MPI.Comm):
        self.case = case
        materials = checked_samples(case)
        self.material = materials[0]
        self.scaling = max(map(scaling_for, materials), key=lambda scaling: scaling.field)
        self.domain = build_domain(case.mesh, comm)
        self.body = Body(case, self.domain, self.scaling)
        self.ions = Ions(case, self.domain, self.scaling, self.body)
        self.functional = Functional(
            self.domain,
            case.mesh.degree,
            region_coefficients(case, self.domain, self.body),
            quadrature_degree=case.solver.quadrature_degree,
            electrostatics=case.electrostatics.enabled,
            mechanics=case.mechanics.enabled,
            coupling=_coupling(case),
            strain_gradient_length=(case.flexoelectricity.strain_gradient_length or 0.0) / LENGTH,
            bent=bool(case.mechanics.curvature),
            species=self.ions.species,
            fixed_charge=self.ions.fixed_charge,
            carriers=self._carriers(),
        )
        if case.electrostatics.space_charge is not None:
            rho = self.body.space_charge(case.electrostatics.space_charge)
            self.functional.volume_loads.append(lambda P, u, phi: charge_energy(phi, rho))
        self.conditions = Conditions(case, self.functional, self.scaling)
        self.conditions.follow(case.material.temperature, self.set_temperature)
        if case.electrostatics.carriers is not None and self.functional.carriers is not None:
            self.conditions.follow(case.electrostatics.carriers.potential, self.functional.carriers.set_potential)
        self.problem = self._problem()
        self._check_neutrality()
        self.warnings = self.ions.unresolved(debye_length(case, self.material))
        self.warnings += [warning for warning in (degenerate(case, self.material),) if warning]
        self.stepper = self._stepper()

    def set_temperature(self, temperature: float) -> None:
        """Give everything in the body the values of a temperature (K)."""
        for part in (self.body, self.ions, self.functional.carriers):
            if part is not None:
                part.set_temperature(temperature)

    def _carriers(self) -> Carriers | None:
        """Electrons and holes of the case."""
        found = levels(self.case, self.material)
        if found is None:
            return None
        carriers = Carriers(self.domain.mesh, self.scaling, found, self.body.bands)
        carriers.set_temperature(self.body.temperature)
        return carriers

    def _problem(self) -> CoupledProblem:
        case, conditions = self.case, self.conditions
        floating = None
        if conditions.floating:
            groups = [nodes for nodes, _ in conditions.floating]
            charges = [charge for _, charge in conditions.floating]
            index_map = self.functional.spaces.phi.dofmap.index_map
            floating = Floating(self.domain.mesh.comm, index_map, groups, charges)
        polarization = PolarizationSolver(
            self.functional,
            conditions.free_P,
            conditions.free_phi,
            floating,
            exact=case.time.scheme == "backward-euler",
            tolerance=case.solver.linear_tolerance,
        )
        mechanics = None
        if case.mechanics.enabled and case.mechanics.prescribed is None:
            mechanics = MechanicsSolver(
                self.functional,
                conditions.free_u,
                conditions.free_strain,
                conditions.applied_stress,
                case.solver.mechanics_tolerance,
            )
        contact = None
        if mechanics is not None and isinstance(conditions.tip, Indenter):
            contact = IndenterContact(conditions.tip, self.functional, mechanics, self.scaling)
        return CoupledProblem(self.functional, conditions, polarization, mechanics, contact)

    def _check_neutrality(self) -> None:
        """Where nothing fixes the potential the charge of the defects must be balanced within the body.

        Raises CaseError.
        """
        solver = self.problem.polarization
        if not self.ions.species or not self.case.electrostatics.enabled or solver.null_space is None:
            return
        comm, charges = self.domain.comm, solver.gauss_residual()
        total, size = (comm.allreduce(float(part.sum())) for part in (charges, abs(charges)))
        if abs(total) > 1e-8 * max(size, self.ions.amount_of_charge()):
            raise CaseError(
                "defects: the body is charged and has no electrode or screened surface that could hold the opposite"
                ' charge; give one in electrostatics.boundary, or background = "neutralizing", or balance it by'
                " defects.fixed"
            )

    def _stepper(self) -> Stepper:
        spec, solver = self.case.time, self.case.solver
        # The system of Newton's method knows no contact.
        most_unknowns = 0 if self.problem.contact else solver.newton_unknowns
        rescue = Rescue(self.problem, most_unknowns, always=solver.method == "newton")
        if self.ions.species:
            return self._drift(rescue)
        if spec.scheme == "backward-euler":
            return BackwardEuler(self.problem, spec, self.scaling, solver.newton_tolerance, rescue)
        steppers = {"relax": Relax, "ramp": Ramp, "transient": Transient}
        return steppers[spec.mode](self.problem, spec, self.scaling, rescue)

    def _drift(self, rescue: Rescue) -> Stepper:
        case, ions = self.case, self.ions
        equations = [
            SpeciesEquations(self.problem, species, held.free_c, held.free_mu, held.follows)
            for species, held in zip(ions.species, ions.held, strict=True)
        ]
        system = system_for(self.problem, equations, case.solver.drift, case.solver.newton_unknowns)
        solver = DriftSolver(self.problem, system)
        D = [diffusivity(spec, self.body.temperature) for spec in ions.specs.values()]
        size = LENGTH * max(self.domain.lengths)
        relaxed = case.defects.polarization == "relaxed"
        first = 1e-3 * (min(size, debye_length(case, self.material)) ** 2 / max(D) if relaxed else self.scaling.time)
        motion = Motion(solver, relaxed, first, diffusion_time=size**2 / min(D))
        stepper = DriftRelax if case.time.mode == "relax" else DriftTransient
        return stepper(self.problem, case.time, self.scaling, rescue, motion)

    def initialize(self) -> None:
        """Initial polarization, then φ and u in equilibrium with it; or u as prescribed."""
        spec = self.case.mechanics.prescribed
        if spec is not None:
            prescribed_displacement(spec, self.domain, self.functional.u, self.scaling.displacement)
        self.ions.initialize()
        initial_polarization(self.case.initial, self.domain, self.functional.P, self.scaling.polarization)
        self.stepper.start()
