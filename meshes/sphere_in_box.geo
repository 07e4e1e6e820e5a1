// Ferroelectric sphere in the middle of a cube of matrix. Lengths in nm.
// `size` is the edge length in and on the sphere; it grows to `outer_size` at the cube.
//   python meshes/make.py sphere_in_box
DefineConstant[ radius = {1, Name "radius (nm)"}, half_width = {4, Name "half the cube's edge (nm)"},
                size = {0.4, Name "edge length in the sphere (nm)"},
                outer_size = {1.5, Name "edge length at the cube (nm)"} ];

SetFactory("OpenCASCADE");
Box(1) = {-half_width, -half_width, -half_width, 2*half_width, 2*half_width, 2*half_width};
Sphere(2) = {0, 0, 0, radius};
BooleanFragments{ Volume{1}; Delete; }{ Volume{2}; Delete; }

e = radius/100;
ball() = Volume In BoundingBox{-radius - e, -radius - e, -radius - e, radius + e, radius + e, radius + e};
rest() = Volume{:};
rest() -= {ball()};
shell() = Abs(Boundary{ Volume{ball()}; });
cube() = Abs(Boundary{ Volume{rest()}; });
cube() -= {shell()};

Mesh.MeshSizeExtendFromBoundary = 0;
Mesh.MeshSizeFromPoints = 0;
growth = (outer_size - size)/(half_width - radius);
Field[1] = MathEval;
Field[1].F = Sprintf("%g + %g*Max(0, Sqrt(x*x + y*y + z*z) - %g)", size, growth, radius);
Background Field = 1;
Mesh.Binary = 1;

Physical Volume("film") = {ball()};
Physical Volume("matrix") = {rest()};
Physical Surface("surface") = {shell()};
Physical Surface("outer") = {cube()};
