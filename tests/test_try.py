from tests.stack import eventually
def test_it(stack):
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    r=stack.deliver([12,"Vikram","NEW",""])
    print(r.status_code, r.text)
    print(stack.tasks())
    eventually(lambda: stack.cell("D2"), seconds=5)
    print(stack.rows())
    r=stack.patch(1,status="DONE"); print(r.status_code,r.text)
    eventually(lambda: stack.cell("C2")=="QUALIFIED", seconds=5)
    stack.settle()
    print(stack.rows(), stack.google.calls.__dict__)
    print(stack.changes(1))
