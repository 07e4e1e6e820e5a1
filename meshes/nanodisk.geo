// Ferroelectric disk, 20 nm across and 4 nm thick, z = 0 at its bottom. Lengths in nm.
//   python meshes/make.py nanodisk
DefineConstant[ radius = {10, Name "radius (nm)"}, thickness = {4, Name "thickness (nm)"},
                size = {1.6, Name "edge length (nm)"} ];

SetFactory("OpenCASCADE");
Cylinder(1) = {0, 0, 0, 0, 0, thickness, radius};
MeshSize{ PointsOf{ Volume{1}; } } = size;
Mesh.MeshSizeMax = size;
Mesh.Binary = 1;

// OpenCASCADE numbers the faces of a cylinder: side, top, bottom.
Physical Volume("film") = {1};
Physical Surface("side") = {1};
Physical Surface("top") = {2};
Physical Surface("bottom") = {3};
